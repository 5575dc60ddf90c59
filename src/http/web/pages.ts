import type { Response } from 'express';
import type { Administrators } from '../../broker/administrators.ts';
import type { ConnectorRegistry } from '../../connectors/connector.ts';
import { BrokerError } from '../../core/errors.ts';
import { isOwnAdministrator } from '../../core/own-administrators.ts';
import { principalLabel } from '../../core/principal.ts';
import type { CookieSlot } from '../cookies.ts';
import { csrfTokenOf } from '../middleware/csrf-token.ts';
import { contextOf } from '../request-context.ts';
import { personOf } from './signed-in.ts';
import type * as connectors from './administration/connector-views.ts';
import type * as people from './administration/people-views.ts';
import type * as setup from './administration/setup-views.ts';
import type * as admin from './administration/views.ts';
import type * as views from './view-models.ts';

interface PageModels {
  'sign-in': views.SignInPage;
  'first-run': views.FirstRunPage;
  'first-run-code': views.PageFrame;
  'break-glass': views.BreakGlassPage;
  'signed-out': views.SignedOutPage;
  sessions: views.SessionsPage;
  api: views.ApiPage;
  'new-token': views.NewTokenPage;
  token: views.TokenPage;
  roles: views.RolesPage;
  role: views.RolePage;
  credentials: views.CredentialsPage;
  'aws-login': views.AwsLoginPage;
  'aws-login-done': views.AwsLoginDonePage;
  setup: views.SetupPage;
  error: views.ErrorPage;
  resubmit: views.ResubmitPage;
  'sign-in-again': views.SignInAgainPage;
  device: views.DevicePage;
  client: views.ClientPage;
  'client-answered': views.ClientAnsweredPage;
  'admin-overview': admin.OverviewPage;
  'admin-list': admin.ListPage;
  'admin-entry': admin.EntryPage;
  'admin-change': admin.ChangePage;
  'admin-versions': admin.VersionsPage;
  'admin-version': admin.VersionPage;
  'admin-connector': connectors.ConnectorStatusPage;
  'admin-proposal': admin.ProposalPage;
  'admin-people': people.PeoplePage;
  'admin-person': people.PersonPage;
  'admin-explain': people.ExplainPage;
  'admin-import': setup.ImportPage;
  'admin-checks': setup.RoleChecksPage;
  'admin-trust': setup.RoleTrustPage;
}

/** A page's own part of its model; the rest is the same on every page. */
export type PageContent<Page extends views.PageFrame> = Omit<Page, Exclude<keyof views.PageFrame, 'title'>>;

export interface Pages {
  /** Renders `views/pages/{name}` with what every page has. */
  render<Name extends keyof PageModels>(
    response: Response,
    name: Name,
    content: PageContent<PageModels[Name]>,
  ): Promise<void>;
}

export function createPages(settings: {
  readonly sandbox: views.SandboxLinks | undefined;
  readonly connectors: Pick<ConnectorRegistry, 'find'>;
  readonly sessionCookie: CookieSlot;
  readonly administrators: Pick<Administrators, 'includes'>;
}): Pages {
  async function personView(response: Response): Promise<views.PersonView | undefined> {
    const signedIn = personOf(response);
    if (signedIn === undefined) return undefined;
    const { principal } = signedIn;
    return {
      label: principalLabel(principal),
      email: principal.identity.email,
      connectorLabel: await labelOf(principal.identity.connectorId),
      groups: principal.identity.groups,
    };
  }

  /** An error page must come even when the store that holds the catalogue is what failed. */
  async function unlessFailing<Value>(asked: Promise<Value>, otherwise: Value): Promise<Value> {
    try {
      return await asked;
    } catch (error) {
      if (error instanceof BrokerError) return otherwise;
      throw error;
    }
  }

  async function labelOf(connectorId: string): Promise<string> {
    return (await unlessFailing(settings.connectors.find(connectorId), undefined))?.label ?? connectorId;
  }

  async function administers(response: Response): Promise<boolean> {
    const signedIn = personOf(response);
    return (
      signedIn !== undefined && unlessFailing(settings.administrators.includes(signedIn.principal), false)
    );
  }

  function tokenFor(response: Response): string | undefined {
    const cookie = settings.sessionCookie.read(response.req);
    return cookie === undefined ? undefined : csrfTokenOf(cookie);
  }

  function breakGlassOf(response: Response): Pick<views.PageFrame, 'breakGlassEndsAt'> {
    const signedIn = personOf(response);
    if (signedIn === undefined || !isOwnAdministrator('break-glass', signedIn.principal)) return {};
    return { breakGlassEndsAt: signedIn.session.absoluteExpiresAt.toISOString() };
  }

  return {
    async render(response, name, content) {
      const frame: Omit<views.PageFrame, 'title'> = {
        requestId: contextOf(response).requestId,
        person: await personView(response),
        csrfToken: tokenFor(response),
        administers: await administers(response),
        sandbox: settings.sandbox,
        ...breakGlassOf(response),
      };
      response.render(`pages/${name}`, { ...frame, ...content });
    },
  };
}

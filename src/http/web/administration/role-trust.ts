/** What the owner of a role's account sets up, whether it works, and what somebody else's policy lacks. */
import { Router, type Request, type Response } from 'express';
import type { RoleSetup } from '../../../broker/role-setup.ts';
import { BrokerError } from '../../../core/errors.ts';
import type { Existing } from '../../../core/onboarding/print-cli.ts';
import { readField } from '../../middleware/bodies.ts';
import { onlyMethods } from '../../middleware/only-methods.ts';
import type { Pages } from '../pages.ts';
import { askerOf } from './administrators-only.ts';
import { entryHref } from './list-rows.ts';
import { changedHref } from './propose-change.ts';
import { roleTrustPage, type Tried } from './role-trust-view.ts';
import { adminFrame } from './sections.ts';

export interface RoleTrustRoutes {
  readonly roleSetup: RoleSetup;
  readonly pages: Pages;
}

const PATH = '/admin/roles/:role/trust';

export function roleTrustRoutes({ roleSetup, pages }: RoleTrustRoutes): Router {
  const router = Router();

  async function show(request: Request, response: Response, tried?: Tried): Promise<void> {
    const existing = existingOf(request);
    const onboarding = await roleSetup.onboardRole(askerOf(response), roleOf(request), existing);
    await pages.render(response, 'admin-trust', {
      ...adminFrame(response, 'roles'),
      ...roleTrustPage(onboarding, existing, tried),
    });
  }

  onlyMethods(router, PATH, { get: (request, response) => show(request, response) });

  onlyMethods(router, `${PATH}/check`, {
    async post(request, response) {
      await show(request, response, {
        check: await roleSetup.roleChecks.check(askerOf(response), roleOf(request)),
      });
    },
  });

  onlyMethods(router, `${PATH}/lint`, {
    async post(request, response) {
      const policy = readField(request, 'policy') ?? '';
      const question = { text: policy, kind: 'trust', roleId: roleOf(request) } as const;
      const report = await roleSetup.lintRolePolicy(askerOf(response), question);
      await show(request, response, { lint: { policy, report } });
    },
  });

  onlyMethods(router, `${PATH}/external-id`, {
    async post(request, response) {
      const roleId = roleOf(request);
      const made = await roleSetup.giveExternalId(askerOf(response), roleId, changeOf(request));
      const href = made.proposal === undefined ? `${entryHref('roles', roleId)}/trust` : changedHref(made);
      response.redirect(303, href);
    },
  });

  return router;
}

function roleOf(request: Request): string {
  const { role } = request.params;
  return typeof role === 'string' ? role : '';
}

function existingOf({ query }: Request): Existing {
  return { role: query['role'] === 'existing', provider: query['provider'] === 'existing' };
}

/** @throws BrokerError `request.malformed` */
function changeOf(request: Request): { readonly expectedVersion: number; readonly reason: string } {
  const version = readField(request, 'version') ?? '';
  const reason = readField(request, 'reason') ?? '';
  if (!/^[0-9]{1,15}$/.test(version) || !/^(?=.*\S)\P{C}{1,500}$/u.test(reason)) {
    throw new BrokerError('request.malformed', { hint: 'Say why, in one line of 500 characters at most.' });
  }
  return { expectedVersion: Number(version), reason };
}

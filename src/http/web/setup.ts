/** Where people set their tools up: a page with lines to paste, and the files that it speaks of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Router } from 'express';
import type { AwsSetup } from '../../broker/aws-setup.ts';
import type { AwsConfig } from '../../core/aws-config.ts';
import { onlyMethods } from '../middleware/only-methods.ts';
import type { Pages } from './pages.ts';
import { setupSnippets } from './setup-snippets.ts';
import { requirePerson } from './signed-in.ts';
import type { SetupPage } from './view-models.ts';

export interface SetupRoutes {
  readonly awsSetup: AwsSetup;
  readonly pages: Pages;
}

/** More profiles than this are for downloading, not for reading. */
const SHOWN_PROFILES = 100;

export function setupRoutes({ awsSetup, pages }: SetupRoutes): Router {
  const router = Router();
  onlyMethods(router, '/setup', {
    async get(_request, response) {
      const config = await awsSetup.configFor(requirePerson(response).principal);
      await pages.render(response, 'setup', {
        title: 'Set up your tools',
        baseUrl: awsSetup.settings.baseUrl,
        profiles: config.profiles.length,
        config: config.profiles.length > SHOWN_PROFILES ? undefined : config.text,
        leftOut: leftOutOf(config),
        snippets: setupSnippets(awsSetup.settings, config.profiles[0]),
      });
    },
  });
  return router;
}

function leftOutOf({ leftOut }: AwsConfig): SetupPage['leftOut'] {
  return leftOut.map(({ role, account }) => ({
    label: role.label ?? role.roleName,
    accountName: account.name,
    href: `/roles/${role.id}`,
  }));
}

const FILES = {
  'daypass.sh': 'text/x-shellscript; charset=utf-8',
  'daypass.ps1': 'text/plain; charset=utf-8',
  'endpoint-rule-set-1.json': 'application/json; charset=utf-8',
} as const;

/** The same for everybody and without a secret, so that a terminal can fetch them. */
export function setupFileRoutes(parts: {
  readonly rootDir: string;
  readonly awsSetup: Pick<AwsSetup, 'settings'>;
}): Router {
  const { baseUrl } = parts.awsSetup.settings;
  const router = Router();
  for (const [name, type] of Object.entries(FILES)) {
    const template = readFileSync(join(parts.rootDir, 'views/setup', name), 'utf8');
    const text = template.replaceAll('{{baseUrl}}', () => baseUrl);
    onlyMethods(router, `/setup/${name}`, {
      get(_request, response) {
        response.type(type).send(text);
      },
    });
  }
  return router;
}

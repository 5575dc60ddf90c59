/** The administrators' API of a running Daypass, as its commands use it. */
import { readFileSync } from 'node:fs';
import type { CatalogueDifference } from '../core/catalogue-difference.ts';
import type { CatalogueImpact } from '../core/catalogue-impact.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { ErrorProblem } from '../core/errors.ts';
import type { Terminal } from './command.ts';

export interface PlanAnswer extends CatalogueDifference {
  readonly version: number;
  readonly impact: CatalogueImpact;
  readonly refusal?: string;
  readonly needsSecondPerson?: string;
}

export interface AppliedAnswer extends CatalogueDifference {
  readonly version: number;
}

/** Nothing is changed yet: somebody else has to approve it first. */
export interface ProposedAnswer {
  readonly proposal: { readonly id: string; readonly url: string };
}

export interface AdminApi {
  read(): Promise<{ readonly version: number; readonly catalogue: Catalogue }>;
  plan(catalogue: Catalogue): Promise<PlanAnswer>;
  apply(
    catalogue: Catalogue,
    change: { readonly version: number; readonly reason: string },
  ): Promise<AppliedAnswer | ProposedAnswer>;
  /** An address of Daypass's, for people. */
  addressOf(path: string): string;
}

/** It was not done, and why; ready to print. */
export class ApiRefusal extends Error {
  readonly problems: readonly ErrorProblem[];

  constructor(message: string, problems: readonly ErrorProblem[] = []) {
    super(message);
    this.name = 'ApiRefusal';
    this.problems = problems;
  }
}

const TIMEOUT_MS = 120_000;

/** @throws ApiRefusal where the environment does not say where and as whom. */
export function adminApi(environment: Terminal['environment']): AdminApi {
  const base = baseOf(environment);
  const authorization = `Bearer ${tokenOf(environment)}`;

  async function ask<Answer>(
    path: string,
    post?: { readonly body: unknown; readonly ifMatch?: string },
  ): Promise<Answer> {
    const response = await fetch(new URL(path, base), {
      method: post === undefined ? 'GET' : 'POST',
      headers: {
        authorization,
        ...(post === undefined ? {} : { 'content-type': 'application/json' }),
        ...(post?.ifMatch === undefined ? {} : { 'if-match': post.ifMatch }),
      },
      body: post === undefined ? null : JSON.stringify(post.body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new ApiRefusal(`${base.origin} did not answer: ${reasonOf(error)}`);
    });
    return answerOf<Answer>(response);
  }

  return {
    addressOf: (path) => new URL(path, base).href,
    read: () => ask('/api/v1/admin/catalogue'),
    plan: (catalogue) => ask('/api/v1/admin/catalogue/plan', { body: { catalogue } }),
    apply: (catalogue, { version, reason }) =>
      ask('/api/v1/admin/catalogue', { body: { catalogue, reason }, ifMatch: `"${version}"` }),
  };
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const isJson = /^application\/(?:problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
  const answer: unknown = isJson ? await response.json() : undefined;
  if (response.ok && answer !== undefined) return answer as Answer;
  const { title, requestId, problems } = (answer ?? {}) as {
    readonly title?: string;
    readonly requestId?: string;
    readonly problems?: readonly ErrorProblem[];
  };
  const which = requestId === undefined ? '' : ` (request ${requestId})`;
  throw new ApiRefusal(
    `${title ?? `not an answer of Daypass’s: status ${response.status}`}${which}`,
    problems,
  );
}

/** In clear text a token is everybody's on the way; only this machine's own loopback is no way. */
function baseOf({ DAYPASS_URL: text }: Terminal['environment']): URL {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? '');
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  throw new ApiRefusal('set DAYPASS_URL to the address of your Daypass, which starts with https://');
}

function tokenOf({ DAYPASS_TOKEN_FILE: file, DAYPASS_TOKEN: given }: Terminal['environment']): string {
  const token = (file === undefined ? given : readToken(file))?.trim() ?? '';
  if (/^[\w.~+/=-]{1,512}$/.test(token)) return token;
  throw new ApiRefusal(
    'set DAYPASS_TOKEN_FILE (or DAYPASS_TOKEN) to a personal access token of an administrator',
  );
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ApiRefusal(`DAYPASS_TOKEN_FILE cannot be read: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
}

/**
 * Sign-ins over HTTP through the whole broker (both requests, the flow and the session durably kept, the record,
 * the log), beside the bare call of the library that each kind stands on: node-saml's validation of a response,
 * openid-client's code grant with its signature checks on. The library's call is a part of the second request, so
 * that one is told alone too; and beside the same two requests in bare Express: docs/decisions/0013. The ratios are of
 * CPU time of the serving process; the providers and the load run in other processes, all take turns, and the middle
 * ratio counts.
 */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomToken } from '../src/lib/hash.ts';
import type { Place } from './support/place.ts';
import { samlAnswer } from './support/saml-answers.ts';
import { cpuMicros, residentMegabytes, startProcess } from './support/processes.ts';
import {
  CLIENT_SECRET,
  closeSignInWorld,
  comeBack,
  leave,
  openSignInWorld,
  providerOf,
  type Kind,
  type Left,
  type Server,
  type SignInWorld,
} from './support/sign-in-world.ts';

const ROUNDS = 5;
const CONCURRENCY = 32;
const WARM_UP = 2_000;
const SIGN_INS = 600;
const LIVE_SESSIONS = 10_000;

interface Round {
  readonly bareMicros: number;
  /** Both requests. */
  readonly signInMicros: number;
  /** The second request alone: the provider's answer, verified, to a session. */
  readonly answerMicros: number;
  readonly perSecond: number;
  /** Both requests of the same libraries in bare Express. */
  readonly plainMicros: number;
}

export interface SignInCost extends Round {
  /** Of all rounds, smallest first: the library's call as a share of a sign-in, and of its answer alone. */
  readonly ratios: readonly number[];
  readonly answerRatios: readonly number[];
  /** Bare Express’s two requests as a share of ours. */
  readonly plainRatios: readonly number[];
}

export interface SignInRate {
  readonly saml: SignInCost;
  readonly oidc: SignInCost;
  /** Resident, with so many live sessions. */
  readonly sessions: number;
  readonly megabytes: number;
}

export async function measureSignInRate(place: Place): Promise<SignInRate> {
  const world = await openSignInWorld(place);
  try {
    const saml = await measure(world, 'saml');
    const oidc = await measure(world, 'oidc');
    const made = 2 * (WARM_UP + ROUNDS * SIGN_INS);
    await signInTimes(world, world.broker, { kind: 'oidc', times: Math.max(0, LIVE_SESSIONS - made) });
    return {
      saml,
      oidc,
      sessions: Math.max(LIVE_SESSIONS, made),
      megabytes: residentMegabytes(world.broker.process.pid),
    };
  } finally {
    await closeSignInWorld(world);
  }
}

async function measure(world: SignInWorld, kind: Kind): Promise<SignInCost> {
  await signInTimes(world, world.broker, { kind, times: WARM_UP });
  await signInTimes(world, world.plain, { kind, times: WARM_UP });
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const bareMicros = await bareRound(world, kind);
    const ours = await signInTimes(world, world.broker, { kind, times: SIGN_INS });
    const plain = await signInTimes(world, world.plain, { kind, times: SIGN_INS });
    rounds.push({ bareMicros, ...ours, plainMicros: plain.signInMicros });
  }
  const sorted = (ratioOf: (round: Round) => number): number[] => rounds.map(ratioOf).sort((a, b) => a - b);
  const middle = rounds.toSorted((a, b) => wholeRatio(a) - wholeRatio(b))[Math.floor(ROUNDS / 2)];
  if (middle === undefined) throw new Error('no round was measured');
  return {
    ...middle,
    ratios: sorted(wholeRatio),
    answerRatios: sorted(({ bareMicros, answerMicros }) => bareMicros / answerMicros),
    plainRatios: sorted(({ plainMicros, signInMicros }) => plainMicros / signInMicros),
  };
}

function wholeRatio({ bareMicros, signInMicros }: Round): number {
  return bareMicros / signInMicros;
}

/** All leave for the provider, then all come back, so that each half can be told alone. */
async function signInTimes(
  world: SignInWorld,
  server: Server,
  { kind, times }: { readonly kind: Kind; readonly times: number },
): Promise<Omit<Round, 'bareMicros' | 'plainMicros'>> {
  const { pid } = server.process;
  const [before, startedAt] = [cpuMicros(pid), performance.now()];
  const left: Left[] = [];
  await inTurns(times, async () => {
    left.push(await leave(server, kind));
  });
  const between = cpuMicros(pid);
  await inTurns(times, async () => {
    const next = left.pop();
    if (next !== undefined) await comeBack(world, server, { kind, ...next });
  });
  const after = cpuMicros(pid);
  return {
    signInMicros: (after - before) / times,
    answerMicros: (after - between) / times,
    perSecond: (times * 1_000) / (performance.now() - startedAt),
  };
}

async function inTurns(times: number, act: () => Promise<void>): Promise<void> {
  let left = times;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await act();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

async function bareRound(world: SignInWorld, kind: Kind): Promise<number> {
  const file = join(world.place.directory, `bare-${kind}.json`);
  const given = kind === 'saml' ? samlResponses(world) : openIdCallbacks(world);
  writeFileSync(file, JSON.stringify(given));
  const program = kind === 'saml' ? 'bare-saml.js' : 'bare-openid.js';
  const amounts = kind === 'saml' ? [WARM_UP] : [CONCURRENCY, WARM_UP];
  const run = await startProcess([join(world.place.dist, 'bench', program), file, ...amounts.map(String)], {
    ready: /cpuMicros.*\n/,
  });
  await run.stop();
  return (JSON.parse(run.output()) as { cpuMicros: number }).cpuMicros;
}

function samlResponses({ saml, broker: { baseUrl } }: SignInWorld): object {
  const issuer = `${baseUrl}/saml/saml/metadata`;
  const acsUrl = `${baseUrl}/saml/saml/acs`;
  const responses = Array.from({ length: WARM_UP + SIGN_INS }, (_, index) =>
    samlAnswer(providerOf(saml), { requestId: `_${index}`, acsUrl, audience: issuer }),
  );
  return { issuer, callbackUrl: acsUrl, certificate: saml.key().certificate, responses };
}

function openIdCallbacks({ oidc, broker: { baseUrl } }: SignInWorld): object {
  const redirectUri = `${baseUrl}/oidc/oidc/callback`;
  const callbacks = Array.from({ length: WARM_UP + SIGN_INS }, () => {
    const [state, nonce, codeVerifier] = [randomToken(), randomToken(), randomToken()];
    const authorization = new URL(`${oidc.issuer}/authorize`);
    authorization.search = new URLSearchParams({
      client_id: 'bench',
      state,
      nonce,
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    }).toString();
    return { url: `${redirectUri}?${oidc.approve(authorization).toString()}`, state, nonce, codeVerifier };
  });
  return { issuer: oidc.issuer, clientId: 'bench', clientSecret: CLIENT_SECRET, callbacks };
}

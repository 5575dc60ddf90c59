/** `npm run bench [-- PART...]`: every figure is a ratio or a size measured in this one run, on this machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../test/support/start-test-broker.ts';
import { measureAdministration } from './administration.ts';
import { measureContainerRate } from './container-rate.ts';
import { measureIssueRate } from './issue-rate.ts';
import { measureRolesPage } from './roles-page.ts';
import { measureSandboxMemory } from './sandbox-memory.ts';
import { measureSandboxRate, median } from './sandbox-rate.ts';
import { measureSignInRate } from './sign-in-rate.ts';
import { measureStart } from './start-time.ts';
import type { Place } from './support/place.ts';
import { stopAll } from './support/processes.ts';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..');

async function inPlace<Result>(measure: (place: Place) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'daypass-bench-'));
  try {
    return await measure({ directory, dist, ports: await freePorts() });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Of rounds, smallest first. */
const spread = (ratios: readonly number[]): string =>
  `${median(ratios).toFixed(2)}   (rounds from ${(ratios[0] ?? NaN).toFixed(2)} to ${(ratios.at(-1) ?? NaN).toFixed(2)})`;

const micros = (value: number): string => `${Math.round(value)} us`;

async function issuing(): Promise<void> {
  const issue = await inPlace(measureIssueRate);
  console.log('Issuing credentials (AssumeRole, 32 at a time, CPU time of the serving process)');
  console.log(
    `  bare stock SDK call      ${micros(issue.bareMicros)}  ${Math.round(issue.bare.perSecond)}/s`,
  );
  console.log(
    `  whole pipeline over HTTP ${micros(issue.issueMicros)}  ${Math.round(issue.issue.perSecond)}/s, ` +
      `p50 ${issue.issue.p50Ms.toFixed(1)} ms, p99 ${issue.issue.p99Ms.toFixed(1)} ms`,
  );
  const ratios = issue.ratios.map((ratio) => ratio.toFixed(2)).join(', ');
  console.log(`  ratio                    ${issue.ratio.toFixed(2)}   (the middle of ${ratios})`);
  console.log(
    `  memory                   ${Math.round(issue.idleMegabytes)} MB idle, ${Math.round(issue.loadedMegabytes)} MB loaded\n`,
  );
}

async function container(): Promise<void> {
  const measured = await inPlace(measureContainerRate);
  console.log('Container endpoint, from what is reused (32 at a time, CPU time of the serving process)');
  for (const [name, { micros: cost, perSecond, p50Ms, p99Ms }] of [
    ['bare Express, a fixed answer', measured.bare],
    ['the endpoint, audit durable', measured.container],
  ] as const) {
    console.log(
      `  ${name.padEnd(29)} ${micros(cost)}  ${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
    );
  }
  console.log(`  ratio                         ${spread(measured.ratios)}`);
  console.log('  where it goes, while V8’s profiler watches:');
  for (const { name, micros: cost } of measured.areas) console.log(`    ${name.padEnd(48)} ${micros(cost)}`);
  console.log('');
}

async function roles(): Promise<void> {
  for (const [title, page] of [
    ['Roles page', { path: '/', times: 600 }],
    ['List of roles over REST', { path: '/api/v1/roles', times: 200 }],
    [
      'ListAccountRoles of one account (a page of 10, and one of 50 among 200 accounts)',
      { path: '/assignment/roles?account_id=100000000000', times: 600, as: 'identity-center' },
    ],
  ] as const) {
    const few = await inPlace((place) => measureRolesPage(10, page, place));
    const many = await inPlace((place) => measureRolesPage(10_000, page, place));
    console.log(`${title} (CPU time of the serving process each)`);
    for (const { roles: count, micros: cost, perSecond, p99Ms, megabytes } of [few, many]) {
      const label = `${count} roles`.padEnd(14);
      console.log(
        `  ${label} ${micros(cost)}  ${Math.round(perSecond)}/s, p99 ${p99Ms.toFixed(0)} ms, ${Math.round(megabytes)} MB`,
      );
    }
    console.log(`  ratio          ${(many.micros / few.micros).toFixed(2)}\n`);
  }
}

async function administration(): Promise<void> {
  const measured = await inPlace(measureAdministration);
  console.log('Administration: 10,000 people, 2,000 accounts, 10,000 roles, 20,000 mappings');
  console.log('(CPU time of the serving process: the first time, and the mean of later ones)');
  for (const [title, costs] of [
    ['  pages', measured.pages],
    ['  preview of a change of', measured.previews],
  ] as const) {
    console.log(title);
    for (const { name, firstMs, ms } of costs) {
      console.log(
        `    ${name.slice(0, 46).padEnd(46)} ${firstMs.toFixed(0).padStart(6)} ms ${ms.toFixed(0).padStart(6)} ms`,
      );
    }
  }
  console.log(
    `  memory  ${Math.round(measured.signedInMegabytes)} MB after the first sign-in, ${Math.round(measured.megabytes)} MB at the end\n`,
  );
}

async function signingIn(): Promise<void> {
  const signIns = await inPlace(measureSignInRate);
  console.log('Signing in (whole sign-in over HTTP, 32 at a time, CPU time of the serving process)');
  for (const [kind, library, cost] of [
    ['SAML', 'node-saml’s validation', signIns.saml],
    ['OpenID', 'openid-client’s code grant', signIns.oidc],
  ] as const) {
    console.log(`  ${kind.padEnd(6)} bare ${library.padEnd(26)}  ${micros(cost.bareMicros)}`);
    console.log(
      `         whole sign-in                    ${micros(cost.signInMicros)}  ${Math.round(cost.perSecond)}/s`,
    );
    console.log(`         ratio                            ${spread(cost.ratios)}`);
    console.log(`         of it the provider’s answer      ${micros(cost.answerMicros)}`);
    console.log(`         ratio to that                    ${spread(cost.answerRatios)}`);
    console.log(`         both requests in bare Express    ${micros(cost.plainMicros)}`);
    console.log(`         ratio to ours                    ${spread(cost.plainRatios)}`);
  }
  console.log(`  memory with ${signIns.sessions} live sessions       ${Math.round(signIns.megabytes)} MB\n`);
}

async function starting(): Promise<void> {
  const start = await inPlace(measureStart);
  console.log('Start to ready (process start to the first 200 of /readyz, sandbox on)');
  console.log(`  first start    ${Math.round(start.firstMs)} ms   (makes its keys)`);
  console.log(`  later starts   ${start.laterMs.map((ms) => Math.round(ms)).join(', ')} ms`);
  console.log(`  memory idle    ${Math.round(start.idleMegabytes)} MB\n`);
}

async function sandbox(): Promise<void> {
  const rate = await inPlace(measureSandboxRate);
  console.log('AssumeRole at the sandbox (32 at a time, CPU time of the serving process)');
  for (const [name, { micros: cost, perSecond }] of [
    ['a fixed answer of bare node:http', rate.bare],
    ['the sandbox', rate.sandbox],
  ] as const) {
    console.log(`  ${name.padEnd(33)} ${micros(cost)}  ${Math.round(perSecond)}/s`);
  }
  console.log(`  CPU time a call, as a multiple    ${spread(rate.cpuRatios)}`);
  console.log(`  calls a second, as a share        ${spread(rate.rateRatios)}\n`);

  console.log('Memory of the sandbox after collecting garbage (the journal full with its last 10,000 calls)');
  for (const { sessions, heapMegabytes, residentMegabytes } of await inPlace(measureSandboxMemory)) {
    console.log(
      `  ${String(sessions).padStart(7)} sessions  heap ${heapMegabytes.toFixed(1)} MB, resident ${Math.round(residentMegabytes)} MB`,
    );
  }
}

const PARTS = { issuing, container, roles, administration, 'sign-in': signingIn, start: starting, sandbox };

try {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0)
    throw new Error(`no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
  console.log(`Node ${process.version}, ${process.platform} ${process.arch}\n`);
  for (const [name, measure] of Object.entries(PARTS)) {
    if (wanted.length === 0 || wanted.includes(name)) await measure();
  }
} finally {
  stopAll();
}

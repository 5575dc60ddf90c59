/** What a token that is signed well says: O02, O07 to O10, O13. */
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { HostileCase, Stage } from './hostile-case.ts';

type Claims = Readonly<Record<string, unknown>>;

const saying = (
  row: string,
  code: ErrorCode,
  what: string,
  claims: Claims | ((stage: Stage) => Claims),
): HostileCase => ({
  row,
  what,
  code,
  recipe: (stage) => ({ claims: typeof claims === 'function' ? claims(stage) : claims }),
});
const groups = (count: number): string[] => Array.from({ length: count }, (_, index) => `group-${index}`);
const HOUR = 3_600;

const NONCES: readonly HostileCase[] = [
  saying('O02', 'oidc.nonce', 'no nonce', { nonce: undefined }),
  saying('O02', 'oidc.nonce', 'another nonce', { nonce: 'A'.repeat(43) }),
  saying('O02', 'oidc.nonce', 'an empty nonce', { nonce: '' }),
  saying('O02', 'oidc.nonce', 'a nonce as a number', { nonce: 0 }),
  saying('O02', 'oidc.nonce', 'the nonce in a list', ({ attempt }) => ({
    nonce: [attempt.redirect.searchParams.get('nonce')],
  })),
  saying('O02', 'oidc.nonce', 'a nonce that begins with ours', ({ attempt }) => ({
    nonce: `${attempt.redirect.searchParams.get('nonce') ?? ''}x`,
  })),
  saying('O02', 'oidc.nonce', 'the state as its nonce', ({ attempt }) => ({
    nonce: attempt.redirect.searchParams.get('state'),
  })),
];

const PARTIES: readonly HostileCase[] = [
  saying('O07', 'oidc.issuer', 'another issuer', { iss: 'https://other.example' }),
  saying('O07', 'oidc.issuer', 'no issuer', { iss: undefined }),
  saying('O07', 'oidc.issuer', 'its issuer with a slash', ({ attempt }) => ({
    iss: `${attempt.provider.issuer}/`,
  })),
  saying('O07', 'oidc.issuer', 'its issuer in a list', ({ attempt }) => ({ iss: [attempt.provider.issuer] })),
  saying('O07', 'oidc.issuer', 'the issuer of another connector', ({ world }) => ({
    iss: world.providers.of('other').issuer,
  })),
  saying('O07', 'oidc.audience', 'another audience', { aud: 'somebody-else' }),
  saying('O07', 'oidc.audience', 'the audience of another connector', { aud: 'daypass-two' }),
  saying('O07', 'oidc.audience', 'no audience', { aud: undefined }),
  saying('O07', 'oidc.audience', 'an empty list of audiences', { aud: [] }),
  saying('O07', 'oidc.audience', 'an audience that begins with ours', { aud: 'daypass-test' }),
  saying('O07', 'oidc.audience', 'our name in capitals', { aud: 'DAYPASS' }),
  saying('O07', 'oidc.audience', 'an audience that is an object', { aud: { daypass: true } }),
  saying('O07', 'oidc.audience', 'an audience in a list in a list', { aud: [['daypass']] }),
  saying('O07', 'oidc.audience', 'two audiences without azp', { aud: ['daypass', 'other'] }),
  saying('O07', 'oidc.audience', 'two audiences, azp another', { aud: ['daypass', 'other'], azp: 'other' }),
  saying('O07', 'oidc.audience', 'one audience, azp another', { azp: 'other' }),
  saying('O07', 'oidc.audience', 'one audience, azp empty', { azp: '' }),
  saying('O07', 'oidc.audience', 'one audience, azp null', { azp: null }),
];

const TIMES: readonly HostileCase[] = [
  saying('O08', 'oidc.time', 'that it has expired', ({ now }) => ({ exp: now - HOUR })),
  saying('O08', 'oidc.time', 'that it expired 62 s ago', ({ now }) => ({ exp: now - 62 })),
  saying('O08', 'oidc.time', 'no expiry', { exp: undefined }),
  saying('O08', 'oidc.time', 'expiry as text', ({ now }) => ({ exp: String(now + 300) })),
  saying('O08', 'oidc.time', 'expiry null', { exp: null }),
  saying('O08', 'oidc.time', 'expiry zero', { exp: 0 }),
  saying('O08', 'oidc.time', 'a negative expiry', { exp: -1 }),
  saying('O08', 'oidc.time', 'expiry in the year 9999', { exp: 253_370_764_800 }),
  saying('O08', 'oidc.time', 'expiry in milliseconds', ({ now }) => ({ exp: now * 1_000 })),
  saying('O08', 'oidc.time', 'expiry in two days', ({ now }) => ({ exp: now + 48 * HOUR })),
  saying('O08', 'oidc.time', 'expiry 1e400', ({ now }) => ({ exp: [now + 300] })),
  saying('O08', 'oidc.time', 'no time of issue', { iat: undefined }),
  saying('O08', 'oidc.time', 'a time of issue as text', ({ now }) => ({ iat: String(now) })),
  saying('O08', 'oidc.time', 'that it is issued in ten minutes', ({ now }) => ({ iat: now + 600 })),
  saying('O08', 'oidc.time', 'that it was issued a day ago', ({ now }) => ({ iat: now - 24 * HOUR })),
  saying('O08', 'oidc.time', 'that it was issued 365 s ago', ({ now }) => ({ iat: now - 365 })),
  saying('O08', 'oidc.time', 'not before ten minutes from now', ({ now }) => ({ nbf: now + 600 })),
  saying('O08', 'oidc.time', 'not before, as text', { nbf: 'now' }),
  saying('O08', 'oidc.time', 'a sign-in in the future', ({ now }) => ({ auth_time: now + 600 })),
];

const SUBJECTS: readonly HostileCase[] = [
  saying('O09', 'oidc.subject', 'no subject', { sub: undefined }),
  saying('O09', 'oidc.subject', 'a subject null', { sub: null }),
  saying('O09', 'oidc.subject', 'a subject as a number', { sub: 7 }),
  saying('O09', 'oidc.subject', 'subjects in a list', { sub: ['ann'] }),
  saying('O09', 'oidc.subject', 'a subject that is an object', { sub: { toString: 'ann' } }),
  saying('O09', 'oidc.subject', 'an empty subject', { sub: '' }),
  saying('O09', 'oidc.subject', 'a subject with a NUL', { sub: 'ann\u0000' }),
  saying('O09', 'oidc.subject', 'a subject over lines', { sub: 'ann\r\nbob' }),
  saying('O09', 'oidc.subject', 'a subject with an invisible character', { sub: 'ann\u200b' }),
  saying('O09', 'oidc.subject', 'a subject with half a surrogate pair', { sub: 'ann\ud800' }),
  saying('O09', 'oidc.subject', 'a subject that turns the writing round', { sub: 'ann\u202egnp' }),
  saying('O09', 'oidc.subject', 'a subject with a blank before it', { sub: ' ann' }),
  saying('O09', 'oidc.subject', 'a subject with a blank behind it', { sub: 'ann ' }),
  saying('O09', 'oidc.subject', 'a subject of 256 characters', { sub: 'a'.repeat(256) }),
  saying('O09', 'oidc.subject', 'a subject of 100 kB', { sub: 'a'.repeat(100_000) }),
];

const HASHES: readonly HostileCase[] = [
  saying('O10', 'oidc.signature', 'the hash of another access token', { at_hash: 'A'.repeat(22) }),
  saying('O10', 'oidc.signature', 'an empty hash of the access token', { at_hash: '' }),
  saying('O10', 'oidc.signature', 'a hash that is a number', { at_hash: 1 }),
  saying('O10', 'oidc.signature', 'a hash that is null', { at_hash: null }),
];

const GROUPS: readonly HostileCase[] = [
  saying('O13', 'oidc.groups', 'groups as an object', { groups: { engineers: true } }),
  saying('O13', 'oidc.groups', 'groups in a list in a list', { groups: [['engineers']] }),
  saying('O13', 'oidc.groups', 'a number among groups', { groups: ['engineers', 1] }),
  saying('O13', 'oidc.groups', 'null among groups', { groups: ['engineers', null] }),
  saying('O13', 'oidc.groups', 'groups null', { groups: null }),
  saying('O13', 'oidc.groups', 'groups as a number', { groups: 1 }),
  saying('O13', 'oidc.groups', 'groups true', { groups: true }),
  saying('O13', 'oidc.groups', '2,001 groups', { groups: groups(2_001) }),
  saying('O13', 'oidc.groups', '40,000 groups', { groups: groups(40_000) }),
  saying('O13', 'oidc.groups', 'a group of 5 kB', { groups: ['g'.repeat(5_000)] }),
  saying('O13', 'oidc.groups', 'a megabyte of groups', { groups: ['g'.repeat(1_048_576)] }),
];

export const CLAIM_CASES: readonly HostileCase[] = [
  ...NONCES,
  ...PARTIES,
  ...TIMES,
  ...SUBJECTS,
  ...HASHES,
  ...GROUPS,
];

/** When: expired, not yet, for ever, at the edges of the skew (S31, S41). The broker's clock stands still. */
import type { Recipe } from '../../support/fake-saml-idp.ts';
import type { Codes, Mutation } from './mutation.ts';

/** Seconds that the connectors under attack allow clocks to differ: the default. */
const SKEW_SECONDS = 60;
const MAXIMUM_AGE_SECONDS = 300;
const DAY = 86_400;

const TIME: Codes = ['saml.time'];

type TimeField =
  | 'issueInstant'
  | 'conditionsNotBefore'
  | 'conditionsNotOnOrAfter'
  | 'confirmationNotOnOrAfter'
  | 'authnInstant'
  | 'sessionNotOnOrAfter';

/** Seconds from the moment at which the answer is read. */
function at(times: Partial<Record<TimeField, number>>): (aid: { readonly now: Date }) => Recipe {
  return ({ now }) =>
    Object.fromEntries(
      Object.entries(times).map(([field, seconds]) => [
        field,
        new Date(now.getTime() + seconds * 1_000).toISOString(),
      ]),
    );
}

/** Each moves by two seconds over an edge: accepted on this side, refused on the other. */
const EDGES: readonly (readonly ['S31' | 'S41', string, TimeField, inside: number, outside: number])[] = [
  ['S31', 'the end of the conditions', 'conditionsNotOnOrAfter', -SKEW_SECONDS + 1, -SKEW_SECONDS - 1],
  [
    'S41',
    'CVE-2026-1190: the end of the confirmation',
    'confirmationNotOnOrAfter',
    -SKEW_SECONDS + 1,
    -SKEW_SECONDS - 1,
  ],
  ['S31', 'the end of the provider’s session', 'sessionNotOnOrAfter', -SKEW_SECONDS + 1, -SKEW_SECONDS - 1],
  ['S31', 'the beginning of the conditions', 'conditionsNotBefore', SKEW_SECONDS - 1, SKEW_SECONDS + 1],
  ['S31', 'the moment of issue in the future', 'issueInstant', SKEW_SECONDS - 1, SKEW_SECONDS + 1],
  ['S31', 'the moment of authentication', 'authnInstant', SKEW_SECONDS - 1, SKEW_SECONDS + 1],
  [
    'S31',
    'the age of the assertion',
    'issueInstant',
    -MAXIMUM_AGE_SECONDS - SKEW_SECONDS + 1,
    -MAXIMUM_AGE_SECONDS - SKEW_SECONDS - 1,
  ],
];

/** Accepted: a second inside the skew. */
export const insideTheSkew: readonly (readonly [
  name: string,
  recipe: (aid: { readonly now: Date }) => Recipe,
])[] = EDGES.map(([row, name, field, inside]) => [
  `${row}: ${name}, a second inside`,
  at({ [field]: inside }),
]);

const edges: readonly Mutation[] = EDGES.map(([row, name, field, , outside]) => ({
  row,
  name: `${name}, a second outside`,
  recipe: at({ [field]: outside }),
  codes: TIME,
}));

const fixed = (row: Mutation['row'], name: string, recipe: Recipe): Mutation => ({
  row,
  name,
  recipe,
  codes: TIME,
});
const moved = (row: Mutation['row'], name: string, times: Parameters<typeof at>[0]): Mutation => ({
  row,
  name,
  recipe: at(times),
  codes: TIME,
});

const ODD_TIMES = [
  ['no date', 'tomorrow'],
  ['nothing', ''],
  ['a local time', '2099-01-01T00:00:00'],
  ['another zone', '2099-01-01T00:00:00+02:00'],
  ['a date alone', '2099-01-01'],
  ['an impossible date', '2099-13-41T00:00:00Z'],
  ['the 24th hour', '2099-01-01T25:00:00Z'],
  ['the year 9999', '9999-12-31T23:59:59Z'],
  ['a year of five digits', '+10000-01-01T00:00:00Z'],
  ['ten digits of a second', '2099-01-01T00:00:00.0000000001Z'],
  ['seconds since 1970', '4070908800'],
  ['blanks around', ' 2099-01-01T00:00:00Z '],
] as const;

export const timeMutations: readonly Mutation[] = [
  ...edges,
  moved('S31', 'everything expired', { confirmationNotOnOrAfter: -120, conditionsNotOnOrAfter: -120 }),
  moved('S31', 'expired long ago', {
    conditionsNotOnOrAfter: -30 * DAY,
    confirmationNotOnOrAfter: -30 * DAY,
    issueInstant: -30 * DAY,
  }),
  moved('S31', 'issued 30 days ago', { issueInstant: -30 * DAY }),
  moved('S31', 'good for two days', { confirmationNotOnOrAfter: 2 * DAY }),
  moved('S31', 'conditions good for two days', { conditionsNotOnOrAfter: 2 * DAY }),
  moved('S31', 'not before tomorrow', { conditionsNotBefore: DAY }),
  fixed('S31', 'no end of the confirmation', { confirmationNotOnOrAfter: undefined }),
  fixed('S31', 'no moment of issue', { issueInstant: undefined }),
  fixed('S31', 'no moment of authentication', { authnInstant: undefined }),
  ...ODD_TIMES.map(([name, text]) =>
    fixed('S31', `${name} as the end of the confirmation`, { confirmationNotOnOrAfter: text }),
  ),
  fixed('S31', 'no date as the end of the conditions', { conditionsNotOnOrAfter: 'never' }),
  fixed('S31', 'no date as the beginning of the conditions', { conditionsNotBefore: 'never' }),
  fixed('S31', 'no date as the moment of issue', { issueInstant: 'now' }),
  fixed('S31', 'no date as the end of the provider’s session', { sessionNotOnOrAfter: 'never' }),
];

/** What to feed: texts that somebody's code has once stumbled over, and ways to spoil good ones. */
import fc from 'fast-check';

const STUMBLES = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\r\nx-evil: 1',
  '\u00a0',
  '\u2028\u2029',
  '\ufeff',
  '\ud800',
  '\udfff\ud800',
  '\u202eevil',
  '😀'.repeat(20),
  'e\u0301',
  'ﬀİı',
  '%',
  '%00',
  '%ff%fe',
  '%zz',
  '+',
  '&=&==',
  '<x>&amp;]]>',
  '"\'><script>',
  '<!DOCTYPE a [<!ENTITY x "y">]>',
  '../../../etc/passwd',
  '..%2f..%2f',
  '{}',
  '[]',
  'null',
  'NaN',
  '-0',
  '1e999',
  '9007199254740993',
  '-2147483649',
  '0x10',
  '1.5',
  '__proto__',
  'constructor',
  'toString',
  '${aws:username}',
  '${aws:username, }',
  '*',
  '?'.repeat(40),
  '*a'.repeat(40),
  '(a+)+$',
  'arn:aws:iam::111122223333:role/',
  'arn:aws:iam::111122223333:role/Ec2Operator',
  'arn:::::',
  'arn:aws:iam::aws:policy/ReadOnlyAccess',
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...STUMBLES) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 300 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('a', '*', '/', ':', '%41', '{', '<a>', '\u0100'),
        fc.integer({ max: 5_000, min: 1 }),
      )
      .map(([text, times]) => text.repeat(times)),
  },
);

type Spoil = (text: string) => string;

const place = fc.double({ min: 0, max: 1, noNaN: true });

const spoil: fc.Arbitrary<Spoil> = fc.oneof(
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(
    ([at, length]): Spoil =>
      (text) =>
        text.slice(0, at * text.length) + text.slice(at * text.length + length),
  ),
  fc.tuple(place, hostileText).map(
    ([at, more]): Spoil =>
      (text) =>
        text.slice(0, at * text.length) + more + text.slice(at * text.length),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 126 })).map(([at, code]): Spoil => (text) => {
    const index = Math.floor(at * text.length);
    return text.slice(0, index) + String.fromCharCode(code) + text.slice(index + 1);
  }),
  fc.tuple(place, place, fc.integer({ min: 2, max: 5 })).map(([from, to, times]): Spoil => (text) => {
    const [start, end] = [Math.min(from, to) * text.length, Math.max(from, to) * text.length];
    return text.slice(0, end) + text.slice(start, end).repeat(times) + text.slice(end);
  }),
  place.map(
    (at): Spoil =>
      (text) =>
        text.slice(0, at * text.length),
  ),
  fc.constant<Spoil>((text) => text.toUpperCase()),
  fc.constant<Spoil>((text) => Buffer.from(text).reverse().toString('latin1')),
);

/** One to three small changes, now and then none. */
export const spoils: fc.Arbitrary<Spoil> = fc
  .array(spoil, { maxLength: 3 })
  .map((changes) => (text) => changes.reduce((changed, change) => change(changed), text).slice(0, 200_000));

/** At most three of the values changed or left out: the rest stays good, so that it gets far. */
export function fewChanged(
  good: Readonly<Record<string, string>>,
  change: fc.Arbitrary<(value: string) => string | undefined>,
): fc.Arbitrary<readonly Pair[]> {
  const names = Object.keys(good);
  const changes = fc.array(change, { minLength: 3, maxLength: 3 });
  return fc
    .tuple(fc.subarray(names, { maxLength: Math.min(3, names.length) }), changes)
    .map(([changed, replacing]) =>
      Object.entries(good).flatMap(([name, value]): readonly Pair[] => {
        const result = changed.includes(name) ? replacing[changed.indexOf(name)]?.(value) : value;
        return result === undefined ? [] : [[name, result]];
      }),
    );
}

export type Pair = readonly [name: string, value: string];

/** Left out, replaced, or spoiled. */
export const anyChange: fc.Arbitrary<(value: string) => string | undefined> = fc.oneof(
  fc.constant(() => undefined),
  hostileText.map((text) => () => text),
  spoils,
);

/** As a form sends it; what cannot be encoded (half a surrogate pair) goes as the replacement character. */
export function formText(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&');
}

function escaped(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString('utf8'));
}

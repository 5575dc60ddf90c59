import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_CHAIN,
  GENESIS_HASH,
  auditEventText,
  linkAuditRow,
  parseAuditEventText,
  walkChain,
} from '../../src/core/audit-chain.ts';
import type { AuditRow } from '../../src/core/audit-chain.ts';
import { buildEvent } from '../support/store-fixtures.ts';

function chainOf(length: number, chain = 'node-1'): readonly AuditRow[] {
  const rows: AuditRow[] = [];
  for (let index = 0; index < length; index += 1) {
    const event = buildEvent({ detail: { index } });
    const entry = { at: event.at.getTime(), name: event.name, text: auditEventText(event) };
    rows.push(linkAuditRow(chain, rows.at(-1) ?? EMPTY_CHAIN, entry));
  }
  return rows;
}

const withRow = (rows: readonly AuditRow[], index: number, change: Partial<AuditRow>): readonly AuditRow[] =>
  rows.map((row, at) => (at === index ? { ...row, ...change } : row));

describe('the text of an audit event', () => {
  it('does not depend on the order in which its members were put in', () => {
    const { name, at, origin, detail } = buildEvent({ detail: { b: { y: 1, x: 2 }, a: [3, 1] } });
    const other = { detail, principal: 'user:corp:ada', origin, at, name };
    expect(auditEventText(other)).toBe(auditEventText(buildEvent({ detail })));
  });

  it('says all of it, in one order and without spaces', () => {
    const event = buildEvent({ detail: { b: 1, a: null }, origin: { requestId: 'r', door: 'cli' } });
    expect(auditEventText(event)).toBe(
      '{"at":"2026-11-02T10:00:00.000Z","name":"credentials.requested","principal":"user:corp:ada",' +
        '"origin":{"requestId":"r","door":"cli"},"detail":{"b":1,"a":null}}',
    );
  });

  it('reads back as the event it was, whatever is in its detail', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ noUnicodeString: false })),
        (value) => {
          const detail = JSON.parse(JSON.stringify(value)) as Record<string, string>;
          const event = buildEvent({ detail });
          expect(parseAuditEventText(auditEventText(event))).toEqual(event);
        },
      ),
    );
  });

  it.each(['', 'null', '[]', '{}', '{"name":1}', '{"name":"x","at":"never","origin":{},"detail":{}}'])(
    'is not taken from %j',
    (text) => {
      expect(() => parseAuditEventText(text)).toThrow();
    },
  );
});

describe('the audit chain', () => {
  it('can be checked with nothing but SHA-256, as the documentation says', () => {
    let previous = '0'.repeat(64);
    expect(GENESIS_HASH).toBe(previous);
    for (const row of chainOf(3)) {
      const hashed = `${previous}\n"node-1"\n${row.sequence}\n${row.text}`;
      expect(row.hash).toBe(createHash('sha256').update(hashed).digest('hex'));
      previous = row.hash;
    }
  });

  it('walks to its end, in one part or in many', () => {
    const rows = chainOf(10);
    const whole = walkChain(rows, EMPTY_CHAIN);
    expect(whole).toEqual({ head: { sequence: 10, hash: rows.at(-1)?.hash }, firstBadSequence: undefined });
    const first = walkChain(rows.slice(0, 4), EMPTY_CHAIN);
    expect(walkChain(rows.slice(4), first.head)).toEqual(whole);
    expect(walkChain([], first.head).head).toEqual(first.head);
  });

  it.each<readonly [string, (rows: readonly AuditRow[]) => readonly AuditRow[], number]>([
    ['an edited text', (rows) => withRow(rows, 4, { text: rows[5]?.text ?? '' }), 5],
    ['an edited time', (rows) => withRow(rows, 4, { at: 0 }), 5],
    ['an edited name', (rows) => withRow(rows, 4, { name: 'credentials.denied' }), 5],
    ['an edited hash', (rows) => withRow(rows, 4, { hash: GENESIS_HASH }), 5],
    ['a row of another chain', (rows) => withRow(rows, 4, chainOf(5, 'node-2')[4] ?? {}), 5],
    ['a deleted row', (rows) => rows.filter((_, index) => index !== 4), 6],
    ['a deleted beginning', (rows) => rows.slice(2), 3],
    [
      'two rows in another order',
      (rows) => [...rows.slice(0, 4), ...rows.slice(4, 6).reverse(), ...rows.slice(6)],
      6,
    ],
    ['a row that comes twice', (rows) => [...rows.slice(0, 5), ...rows.slice(4)], 5],
  ])('G07: shows %s in the first row that does not fit', (_what, change, firstBadSequence) => {
    expect(walkChain(change(chainOf(10)), EMPTY_CHAIN)).toMatchObject({ firstBadSequence });
  });

  it('G07: shows any single changed character of any text', () => {
    const rows = chainOf(6);
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        (index, position, character) => {
          const text = rows[index]?.text ?? '';
          const at = position % text.length;
          fc.pre(text[at] !== character);
          const changed = withRow(rows, index, { text: text.slice(0, at) + character + text.slice(at + 1) });
          expect(walkChain(changed, EMPTY_CHAIN).firstBadSequence).toBe(index + 1);
        },
      ),
    );
  });
});

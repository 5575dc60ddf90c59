import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SealError, createSealer } from '../../src/lib/seal.ts';
import { Secret } from '../../src/lib/secret.ts';

const keyOf = (byte: number): Secret => new Secret(Buffer.alloc(32, byte).toString('base64'));
const sealer = createSealer(keyOf(1), 'stores');

describe('a sealed value', () => {
  it('opens as what it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, context) => {
        expect(sealer.open(sealer.seal(plain, context), context)).toBe(plain);
      }),
    );
  });

  it('says nothing of what is in it, and is another one each time', () => {
    const [one, two] = [sealer.seal('canary', 'row/1'), sealer.seal('canary', 'row/1')];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('canary');
  });

  it('G06: opens only in the place it was sealed for', () => {
    const sealed = sealer.seal('secret', 'signing_keys/private_key/a');
    expect(() => sealer.open(sealed, 'signing_keys/private_key/b')).toThrow(SealError);
  });

  it('G06: opens only for the purpose it was sealed for', () => {
    const sealed = sealer.seal('secret', 'row/1');
    expect(() => createSealer(keyOf(1), 'another').open(sealed, 'row/1')).toThrow(SealError);
  });

  it('G06: shows any single changed byte', () => {
    const [version = '', keyId = '', encoded = ''] = sealer.seal('secret', 'row/1').split('.');
    const bytes = Buffer.from(encoded, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      const sealed = [version, keyId, changed.toString('base64url')].join('.');
      expect(() => sealer.open(sealed, 'row/1')).toThrow(SealError);
    }
  });

  it('names both keys when it was sealed under another master key, and neither of their bytes', () => {
    const sealed = createSealer(keyOf(2), 'stores').seal('secret', 'row/1');
    expect(() => sealer.open(sealed, 'row/1')).toThrow(
      /sealed under master key [0-9a-f]{12}; .* [0-9a-f]{12}/,
    );
    expect(sealed).not.toContain(keyOf(2).reveal().slice(0, 8));
  });

  it.each(['', 'v1', 'v1.x', 'v2.a.b', 'v1.a.b.c', `v1.${sealer.seal('', '').split('.')[1] ?? ''}.AAAA`])(
    'is not taken from %j',
    (sealed) => {
      expect(() => sealer.open(sealed, 'row/1')).toThrow(SealError);
    },
  );
});

it.each(['', 'short', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64')])(
  'a master key of another length is refused without being shown (%#)',
  (key) => {
    const make = (): unknown => createSealer(new Secret(key), 'stores');
    expect(make).toThrow('The master key must be 32 bytes, base64.');
  },
);

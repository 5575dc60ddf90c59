/** A sign-in that is not as recent or as strong as it must be: O23. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/core/errors.ts';
import type { HostileWorld } from './hostile-world.ts';

type Claims = Readonly<Record<string, unknown>>;

const seconds = (): number => Math.floor(Date.now() / 1_000);
const strong = (change: Claims = {}): Claims => ({
  auth_time: seconds() - 10,
  acr: 'urn:example:mfa',
  amr: ['pwd', 'otp', 'mfa'],
  ...change,
});

export function describeFreshness(world: () => HostileWorld): void {
  describe('a connector that asks for a recent and strong sign-in', () => {
    it('O23: asks for both, and takes what is both', async () => {
      const attempt = await world().leave('strict');
      expect(attempt.redirect.searchParams.get('max_age')).toBe('600');
      expect(attempt.redirect.searchParams.get('acr_values')).toBe('urn:example:mfa');
      await world().control(attempt, { claims: strong() });
      world().count('O23');
    });

    it.each<readonly [string, () => Claims, ErrorCode]>([
      ['no time', () => ({ auth_time: undefined }), 'oidc.auth_time'],
      ['a time as text', () => ({ auth_time: String(seconds()) }), 'oidc.time'],
      ['a time null', () => ({ auth_time: null }), 'oidc.time'],
      ['a time eleven minutes and two seconds ago', () => ({ auth_time: seconds() - 662 }), 'oidc.auth_time'],
      ['a time a year ago', () => ({ auth_time: seconds() - 31_536_000 }), 'oidc.auth_time'],
      ['a time in ten minutes', () => ({ auth_time: seconds() + 600 }), 'oidc.time'],
      ['no context', () => ({ acr: undefined }), 'oidc.acr'],
      ['a weaker context', () => ({ acr: 'urn:example:password' }), 'oidc.acr'],
      ['the context in capitals', () => ({ acr: 'URN:EXAMPLE:MFA' }), 'oidc.acr'],
      ['a context that begins with ours', () => ({ acr: 'urn:example:mfa-not' }), 'oidc.acr'],
      [
        'our context among others in one text',
        () => ({ acr: 'urn:example:password urn:example:mfa' }),
        'oidc.acr',
      ],
      ['the context as an object', () => ({ acr: { 'urn:example:mfa': true } }), 'oidc.acr'],
      [
        'the context among the methods',
        () => ({ acr: undefined, amr: ['pwd', 'otp', 'urn:example:mfa'] }),
        'oidc.acr',
      ],
      ['no methods', () => ({ amr: undefined }), 'oidc.acr'],
      ['one method of two', () => ({ amr: ['pwd'] }), 'oidc.acr'],
      ['the methods in one text', () => ({ amr: 'pwd otp' }), 'oidc.acr'],
      ['a method in capitals', () => ({ amr: ['pwd', 'OTP'] }), 'oidc.acr'],
      ['10,000 methods', () => ({ amr: Array.from({ length: 10_000 }, () => 'otp') }), 'oidc.acr'],
    ])('O23: refuses %s', async (_what, claims, code) => {
      const attempt = await world().leave('strict');
      const query = attempt.answer({ claims: strong(claims()) });
      await world().expectRefused(attempt, query, { code, tokenRequests: 1 });
      world().count('O23');
      await world().control(attempt, { claims: strong() });
    });

    it.each([['a minute of clock difference', (): Claims => ({ auth_time: seconds() - 658 })]])(
      'O23: bears %s',
      async (_what, claims) => {
        await world().control(await world().leave('strict'), { claims: strong(claims()) });
      },
    );
  });
}

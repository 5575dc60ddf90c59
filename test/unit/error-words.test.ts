import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/core/errors.ts';
import { titleOf } from '../../src/http/web/error-words.ts';

const codes = Object.keys(ERRORS) as ErrorCode[];

describe('the title of an error page', () => {
  it.each(codes)('of %s is short, a title and not the text once more', (code) => {
    const title = titleOf(code);
    expect(title).toMatch(/^[A-Z].{4,39}$/);
    expect(title).not.toMatch(/[.:!]/);
    expect(ERRORS[code].text).not.toBe(`${title}.`);
  });

  it('goes by the code’s family, unless the code has one of its own', () => {
    expect(titleOf('saml.audience')).toBe(titleOf('oidc.nonce'));
    expect(titleOf('role.reserved_for_service')).not.toBe(titleOf('role.not_found'));
  });
});

import { describe, expect, it } from 'vitest';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';
import { signedDocuments } from './signed-documents.ts';
import { isTakenHere } from './verdict.ts';
import { describeXmlsec1 } from './xmlsec1.ts';

// The program is a package of Debian's; CI has it, and asks it for its opinion on the same documents.
const program = process.env['DAYPASS_TEST_XMLSEC1'];
if (program === undefined) describeAlone();
else describeXmlsec1(program);

function describeAlone(): void {
  const key = createCertifiedKey('the identity provider');
  describe('the sandbox, without a second opinion', () => {
    it.each(signedDocuments(key))('judges as it should: $what', ({ xml, holds, refusedHere }) => {
      expect(isTakenHere(xml, key)).toBe(holds && refusedHere === undefined);
    });
  });
}

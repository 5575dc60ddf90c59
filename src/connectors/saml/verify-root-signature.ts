/** The enveloped signature of a whole document: what it covers is returned, and nothing else may be believed. */
import { SignedXml } from 'xml-crypto';
import { BrokerError } from '../../core/errors.ts';
import { assertUniqueIds, isSigned } from './guard-signatures.ts';
import { XML_SIGNATURE, allElements, childrenNamed, isNamed } from './xml.ts';

interface SignedDocument {
  readonly xml: string;
  /** The root of `xml`, which has passed the markup guard. */
  readonly root: Element;
}

/**
 * The signed bytes of the root, in canonical form.
 *
 * @param certificates PEM; KeyInfo is never asked: whoever forges a document chooses what stands there.
 * @throws BrokerError `saml.signature_invalid`, `saml.weak_algorithm`
 */
export function verifyRootSignature({ xml, root }: SignedDocument, certificates: readonly string[]): string {
  const elements = allElements(root);
  assertUniqueIds(elements);
  const [signature] = childrenNamed(root, XML_SIGNATURE, 'Signature');
  const signatures = elements.filter((element) => isNamed(element, XML_SIGNATURE, 'Signature'));
  if (!isSigned(root) || signature === undefined) throw invalid('the root is not signed');
  if (signatures.length !== 1) throw invalid('a signature stands where none belongs');
  const signed = signedBy(certificates, xml, signature);
  if (signed === undefined) throw invalid('no certificate of the provider fits');
  return signed;
}

function signedBy(certificates: readonly string[], xml: string, signature: Element): string | undefined {
  const [first = ''] = certificates;
  const verifier = new SignedXml({ publicCert: first, getCertFromKeyInfo: () => null });
  tryEach(certificates, verifier);
  try {
    verifier.loadSignature(signature);
    if (!verifier.checkSignature(xml)) return undefined;
  } catch {
    // Whatever the library throws quotes the document.
    return undefined;
  }
  const [signed, ...more] = verifier.getSignedReferences();
  return more.length === 0 ? signed : undefined;
}

/** Only the last step needs a key; all before it, which is dear, would be done once for each certificate. */
function tryEach(certificates: readonly string[], { SignatureAlgorithms }: SignedXml): void {
  for (const [name, Algorithm] of Object.entries(SignatureAlgorithms)) {
    class TryingEach extends Algorithm {
      constructor() {
        super();
        const holds = this.verifySignature.bind(this);
        const verifies = (material: string, _key: unknown, value: string): boolean =>
          certificates.some((certificate) => holds(material, certificate, value));
        this.verifySignature = verifies;
      }
    }
    SignatureAlgorithms[name] = TryingEach;
  }
}

function invalid(detail: string): BrokerError {
  return new BrokerError('saml.signature_invalid', { detail });
}

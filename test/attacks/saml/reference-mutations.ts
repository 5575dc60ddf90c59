/** What a signature says that it covers, and how (S20, S21). */
import { DS, EVIL, SAML, below, child, copy, make, prepend, replacing } from './edit-xml.ts';
import { INVALID, MARKUP, WEAK, text, tree } from './edit-mutations.ts';
import type { Mutation } from './mutation.ts';

const structures: readonly Mutation[] = [
  text(
    'S20',
    'CVE-2025-29775: a comment in the digest',
    [/<ds:DigestValue>/, '<ds:DigestValue><!-- AAAA -->'],
    MARKUP,
  ),
  text('S20', 'CVE-2025-29774: an empty SignedInfo before the genuine one', [
    /<ds:SignedInfo>/g,
    '<ds:SignedInfo/><ds:SignedInfo>',
  ]),
  tree('S20', 'CVE-2025-29774: a forged SignedInfo before the genuine one', ({ signature, assertion }) => {
    const forged = copy(child(signature, DS, 'SignedInfo'));
    below(forged, DS, 'DigestValue').textContent = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';
    prepend(signature, forged);
    below(assertion, SAML, 'NameID').textContent = EVIL;
  }),
  tree('S20', 'a forged SignedInfo after the genuine one', ({ signature }) => {
    signature.appendChild(copy(child(signature, DS, 'SignedInfo')));
  }),
  tree('S20', 'the genuine SignedInfo inside a forged one', ({ signature }) => {
    const genuine = child(signature, DS, 'SignedInfo');
    const outer = make(signature, DS, 'ds:SignedInfo');
    signature.replaceChild(outer, genuine);
    outer.appendChild(genuine);
  }),
  tree('S20', 'the genuine SignedInfo in an Object', ({ signature }) => {
    const genuine = child(signature, DS, 'SignedInfo');
    const object = make(signature, DS, 'ds:Object');
    object.appendChild(copy(genuine));
    signature.appendChild(object);
    below(genuine, DS, 'DigestValue').textContent = 'AAAA';
  }),
  tree('S20', 'an empty Object', ({ signature }) => signature.appendChild(make(signature, DS, 'ds:Object'))),
  tree('S20', 'an element in the digest', ({ signature }) => {
    below(signature, DS, 'DigestValue').appendChild(make(signature, 'urn:evil', 'x'));
  }),
  tree('S20', 'two digests', ({ signature }) => {
    const digest = below(signature, DS, 'DigestValue');
    digest.parentNode?.appendChild(copy(digest));
  }),
  tree('S20', 'a forged digest before the genuine one', ({ signature }) => {
    const digest = below(signature, DS, 'DigestValue');
    const forged = copy(digest);
    forged.textContent = 'AAAA';
    digest.parentNode?.insertBefore(forged, digest);
  }),
];

const URI = / URI="#[^"]+"/g;
const TRANSFORM = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

const references: readonly Mutation[] = [
  text('S21', 'a reference to the whole document', [URI, ' URI=""']),
  text('S21', 'no reference', [URI, '']),
  text('S21', 'a reference to nothing', [URI, ' URI="#"']),
  text('S21', 'a reference with quotes', [URI, ` URI="#x' or '1'='1"`]),
  text('S21', 'a reference by XPointer', [URI, ' URI="#xpointer(/)"']),
  text('S21', 'a reference to a file', [URI, ' URI="file:///etc/passwd"']),
  {
    row: 'S21',
    name: 'a reference to an address',
    recipe: ({ canaryUrl }) => ({ afterSigning: replacing(URI, ` URI="${canaryUrl}"`) }),
    codes: INVALID,
  },
  tree('S21', 'two references', ({ signature }) => {
    const info = child(signature, DS, 'SignedInfo');
    info.appendChild(copy(child(info, DS, 'Reference')));
  }),
  tree('S21', 'no reference at all', ({ signature }) => {
    const info = child(signature, DS, 'SignedInfo');
    info.removeChild(child(info, DS, 'Reference'));
  }),
  tree('S21', 'a Manifest', ({ signature }) => {
    const manifest = make(signature, DS, 'ds:Manifest');
    manifest.appendChild(copy(below(signature, DS, 'Reference')));
    signature.appendChild(manifest);
  }),
  text('S21', 'a stylesheet as third transform', [
    /<\/ds:Transforms>/g,
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/></ds:Transforms>',
  ]),
  text('S21', 'XPath as transform', [
    new RegExp(TRANSFORM, 'g'),
    'http://www.w3.org/TR/1999/REC-xpath-19991116',
  ]),
  text('S21', 'base64 as transform', [
    new RegExp(TRANSFORM, 'g'),
    'http://www.w3.org/2000/09/xmldsig#base64',
  ]),
  text(
    'S21',
    'the same transform twice',
    [/(?<=<ds:Transform Algorithm=")[^"]+exc-c14n#(?=")/g, TRANSFORM],
    WEAK,
  ),
  text('S21', 'no transforms', [/<ds:Transforms>.*?<\/ds:Transforms>/gs, '']),
  text('S21', 'empty transforms', [/<ds:Transforms>.*?<\/ds:Transforms>/gs, '<ds:Transforms/>']),
  text(
    'S21',
    'an unknown canonicalization',
    [/(?<=CanonicalizationMethod Algorithm=")[^"]+/g, 'urn:x'],
    WEAK,
  ),
];

export const referenceMutations: readonly Mutation[] = [...structures, ...references];

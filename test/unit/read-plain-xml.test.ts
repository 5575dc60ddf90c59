import { XmlShapeDeserializer } from '@aws-sdk/core/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainXml } from '../../src/grants/read-plain-xml.ts';

/** The SDK's own reading of it. */
class SdkReader extends XmlShapeDeserializer {
  content(xml: string): unknown {
    return this.parseXml(xml);
  }
}
const sdk = new SdkReader({
  xmlNamespace: '',
  serviceNamespace: '',
  httpBindings: false,
  timestampFormat: { useTrait: true, default: 5 },
});

const ANSWER = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/R/erin</Arn></AssumedRoleUser>
    <Credentials><SessionToken>a/b+c==</SessionToken><Expiration>2026-11-23T17:03:29Z</Expiration></Credentials>
    <SourceIdentity>a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;</SourceIdentity>
    <Empty></Empty>
  </AssumeRoleResult>
</AssumeRoleResponse>
`;

/** Documents of elements and text; some are plain, some only look so. */
const name = fc.constantFrom('A', 'B', 'member', 'Key');
const text = fc
  .array(fc.constantFrom('x', ' ', '\n', 'ü', '&lt;', '&amp;', '&#65;', '&nbsp;', '>', '"', '-'), {
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const { node } = fc.letrec<{ node: string; inner: string }>((tie) => ({
  node: fc.tuple(name, tie('inner')).map(([tag, inner]) => `<${tag}>${inner}</${tag}>`),
  inner: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.tuple(text, fc.array(tie('node'), { maxLength: 3 }), text).map(([before, nodes, after]) => {
      return before + nodes.join('\n ') + after;
    }),
    fc.constantFrom('<!-- note -->', '<![CDATA[x]]>', '<B/>', '<B a="1">x</B>'),
  ),
}));

describe('reading the XML that STS writes', () => {
  it('gives what the SDK gives', () => {
    expect(readPlainXml(ANSWER)).toEqual(sdk.content(ANSWER));
    expect(readPlainXml(ANSWER)).toMatchObject({
      AssumeRoleResult: { SourceIdentity: `a <b> & "c" 'd'`, Empty: '' },
    });
  });

  it('gives what the SDK gives, or leaves it to the SDK', () => {
    let read = 0;
    fc.assert(
      fc.property(node, (xml) => {
        const content = readPlainXml(`<R xmlns="u">${xml}</R>`);
        if (content === undefined) return;
        read += 1;
        expect(content).toEqual(sdk.content(`<R xmlns="u">${xml}</R>`));
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(400);
  });

  it.each([
    ['a declaration', '<?xml version="1.0"?><R><A>x</A></R>'],
    ['a comment', '<R><A>x</A><!-- y --></R>'],
    ['a section of characters', '<R><A><![CDATA[x]]></A></R>'],
    ['an attribute', '<R><A b="1">x</A></R>'],
    ['an empty-element tag', '<R><A/></R>'],
    ['text beside elements', '<R>x<A>y</A></R>'],
    ['text alone', '<R>x</R>'],
    ['an entity that is none of the five', '<R><A>&#65;</A></R>'],
    ['a bare ampersand', '<R><A>&</A></R>'],
    ['a carriage return', '<R><A>x\r\n</A></R>'],
    ['an element that does not end', '<R><A>x</R>'],
    ['a root that does not end', '<R><A>x</A>'],
    ['something behind the root', '<R><A>x</A></R><S>'],
    ['the name of an object’s prototype', '<R><__proto__>x</__proto__></R>'],
    ['a prefix', '<a:R><A>x</A></a:R>'],
    ['nothing', ''],
  ])('leaves %s to the SDK', (_what, xml) => {
    expect(readPlainXml(xml)).toBeUndefined();
  });

  it('leaves what is nested for ever to the SDK, at once', () => {
    expect(readPlainXml(`<R>${'<A>'.repeat(100_000)}`)).toBeUndefined();
  });
});

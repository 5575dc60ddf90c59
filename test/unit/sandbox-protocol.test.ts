import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/sandbox/aws/wire/aws-error.ts';
import type { AwsRequest } from '../../src/sandbox/aws/wire/aws-request.ts';
import { canonicalRequest, sha256Hex, signatureOf } from '../../src/sandbox/aws/wire/canonical-request.ts';
import { DocumentCache } from '../../src/sandbox/aws/sts/document-cache.ts';
import { CallRecord, Journal } from '../../src/sandbox/aws/journal.ts';
import { ParameterReader } from '../../src/sandbox/aws/sts/parameter-reader.ts';
import { escapeXml, stsResult, xmlTree } from '../../src/sandbox/aws/wire/query-protocol.ts';
import { checkPassedTags, resultingTags } from '../../src/sandbox/aws/sts/session-tags.ts';

function request(changes: Partial<AwsRequest> = {}): AwsRequest {
  return {
    id: 'request',
    method: 'GET',
    path: '/',
    query: '',
    headers: new Map([
      ['host', ['example.amazonaws.com']],
      ['x-amz-date', ['20150830T123600Z']],
    ]),
    body: Buffer.alloc(0),
    receivedAt: new Date('2026-11-23T17:03:29Z'),
    sourceIp: '127.0.0.1',
    ...changes,
  };
}

describe('Signature Version 4', () => {
  const scope = { date: '20150830', region: 'us-east-1', service: 'service' };
  const sign = (changes: Partial<AwsRequest>, signedHeaders = ['host', 'x-amz-date']) => {
    const asked = request(changes);
    const canonical = canonicalRequest(asked, {
      signedHeaders,
      payloadHash: sha256Hex(asked.body),
      service: scope.service,
    });
    return signatureOf('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', scope, '20150830T123600Z', canonical);
  };

  // AWS's own test suite.
  it.each<[string, Partial<AwsRequest>, string]>([
    ['get-vanilla', {}, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', { method: 'POST' }, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'get-vanilla-query-order-key-case',
      { query: 'Param2=value2&Param1=value1' },
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-relative',
      { path: '/example/..' },
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-slashes',
      { path: '//example//' },
      '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
    ],
  ])('signs %s as AWS does', (_name, changes, expected) => {
    expect(sign(changes)).toBe(expected);
  });

  it('trims header values, and joins several of one name', () => {
    const headers = new Map([
      ['host', ['example.amazonaws.com']],
      ['my-header1', ['value2 ', ' value2', 'value1']],
    ]);
    const canonical = canonicalRequest(request({ headers }), {
      signedHeaders: ['host', 'my-header1'],
      payloadHash: 'hash',
      service: 'sts',
    });
    expect(canonical).toContain('my-header1:value2 , value2,value1\n');
  });

  it('leaves paths of S3 as they are', () => {
    const canonical = canonicalRequest(request({ path: '/b/a%20b//../c' }), {
      signedHeaders: [],
      payloadHash: 'hash',
      service: 's3',
    });
    expect(canonical.split('\n')[1]).toBe('/b/a%20b//../c');
  });
});

describe('answers', () => {
  it('escape what is markup and replace what XML cannot hold', () => {
    expect(escapeXml('a<b>&"\'\r')).toBe("a&lt;b&gt;&amp;&quot;'&#xD;");
    expect(escapeXml('\u0000\u0008\ud800\uffff😀')).toBe('\ufffd\ufffd\ufffd\ufffd😀');
  });

  it('leave out what is undefined, repeat lists and write times to the second', () => {
    const at = new Date('2026-11-23T17:03:29.123Z');
    expect(xmlTree({ A: undefined, B: [{ c: 1 }, { c: 2 }], D: at, E: [] })).toBe(
      '<B><c>1</c></B><B><c>2</c></B><D>2026-11-23T17:03:29Z</D>',
    );
  });

  it('write a time as a number in JSON', () => {
    const headers = new Map([['accept', ['application/json']]]);
    const { body } = stsResult(request({ headers }), 'Op', {
      Expiration: new Date(1_800_000_000_500),
      X: undefined,
    });
    expect(JSON.parse(body)).toEqual({
      OpResponse: { OpResult: { Expiration: 1_800_000_000 }, ResponseMetadata: { RequestId: 'request' } },
    });
  });
});

describe('parameters', () => {
  const errorOf = (parameters: Record<string, string>, readAll: (read: ParameterReader) => void) => {
    const read = new ParameterReader(new Map(Object.entries(parameters)));
    try {
      readAll(read);
      read.finish();
    } catch (error) {
      return error instanceof AwsError ? `${error.code}: ${error.message}` : String(error);
    }
    return undefined;
  };

  it('are missed by name', () => {
    expect(errorOf({}, (read) => read.requiredText('RoleArn', {}))).toBe(
      "ValidationError: 1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
    );
  });

  it('do not repeat a value that is sensitive', () => {
    const rule = { min: 6, max: 6, sensitive: true };
    expect(errorOf({ TokenCode: 'secret-secret' }, (read) => read.text('TokenCode', rule))).toBe(
      "ValidationError: 1 validation error detected: Value at 'tokenCode' failed to satisfy constraint: Member must have length less than or equal to 6",
    );
  });

  it('are read as lists in the order of their numbers', () => {
    const read = new ParameterReader(
      new Map([
        ['Tags.member.10.Key', 'ten'],
        ['Tags.member.10.Value', ''],
        ['Tags.member.2.Value', '2'],
        ['Tags.member.2.Key', 'two'],
        ['Tags.member.x.Key', 'ignored'],
        ['Tags.member.0.Key', 'ignored'],
      ]),
    );
    expect(read.tags('Tags')).toEqual([
      { key: 'two', value: '2' },
      { key: 'ten', value: '' },
    ]);
    expect(() => read.finish()).not.toThrow();
  });

  it('may be no longer lists than AWS takes', () => {
    const tags = Object.fromEntries(
      Array.from({ length: 51 }, (_, index) => [
        [`Tags.member.${index + 1}.Key`, `k${index}`],
        [`Tags.member.${index + 1}.Value`, ''],
      ]).flat(),
    ) as Record<string, string>;
    expect(errorOf(tags, (read) => read.tags('Tags'))).toContain("at 'tags' failed to satisfy constraint");
    expect(errorOf({ 'Tags.member.1.Key': '#' }, (read) => read.tags('Tags'))).toMatch(
      /^ValidationError: 2 validation errors detected: .*'tags\.1\.member\.key'.*; .*'tags\.1\.member\.value'/,
    );
  });

  it.each(['900.5', '9e2', '', ' 900', '99999999999'])('%j is no integer', (text) => {
    const error = errorOf({ D: text }, (read) => read.integer('D', { min: 0, max: 43_200 }));
    expect(error).toMatch(/^MalformedInput/);
  });
});

describe('session tags', () => {
  const from = {
    kind: 'assumed-role',
    accountId: '1',
    principalArn: 'r',
    name: 'n',
    origin: 'saml',
    issuedAt: 0,
    expiresAt: 1,
    tags: [
      { key: 'Team', value: 'a' },
      { key: 'Once', value: 'b' },
    ],
    transitiveTagKeys: ['team'],
  } as const;

  it('of which only transitive ones pass on, and stay transitive', () => {
    expect(resultingTags({ tags: [{ key: 'New', value: 'c' }], transitiveTagKeys: ['New'] }, from)).toEqual({
      tags: [
        { key: 'Team', value: 'a' },
        { key: 'New', value: 'c' },
      ],
      transitiveTagKeys: ['team', 'New'],
    });
  });

  it.each([
    [{ tags: [{ key: 'TEAM', value: 'z' }], transitiveTagKeys: [] }, 'conflicts with a transitive tag key'],
    [{ tags: [{ key: 'aws:x', value: 'z' }], transitiveTagKeys: [] }, 'reserved'],
  ])('refuse %j', (passed, message) => {
    expect(() => checkPassedTags(passed, from)).toThrow(message);
  });

  it('may pass a tag of the caller that is not transitive again', () => {
    expect(() =>
      checkPassedTags({ tags: [{ key: 'once', value: 'z' }], transitiveTagKeys: [] }, from),
    ).not.toThrow();
  });
});

describe('the journal', () => {
  const record = (journal: Journal, facts: Record<string, unknown> = {}) => {
    const call = new CallRecord(journal, request());
    call.action = 'AssumeRole';
    call.note(facts);
    return call;
  };

  it('keeps the newest of many calls', () => {
    const journal = new Journal(10);
    for (let index = 0; index < 35; index += 1) record(journal).succeeded();
    expect(journal.entries().map(({ id }) => id)).toEqual([26, 27, 28, 29, 30, 31, 32, 33, 34, 35]);
    expect(journal.entries(33).map(({ id }) => id)).toEqual([34, 35]);
  });

  it('cuts long texts and lists', () => {
    const journal = new Journal();
    record(journal, {
      policy: 'x'.repeat(100_000),
      list: Array.from({ length: 500 }, () => 'y'),
    }).succeeded();
    expect(JSON.stringify(journal.entries()).length).toBeLessThan(6_000);
  });

  it('tells of a fault of ours without giving it away', () => {
    const journal = new Journal();
    const answered = record(journal).failed(new TypeError('x is not a function'));
    expect(answered).toMatchObject({ code: 'InternalFailure', status: 500 });
    expect(answered.message).not.toContain('x is not');
    expect(journal.entries()[0]?.result.detail).toBe('TypeError: x is not a function');
  });
});

describe('documents of identity providers', () => {
  function cache() {
    const state = { now: 0, reads: 0, fails: false };
    const documents = new DocumentCache(
      () => {
        state.reads += 1;
        return state.fails ? Promise.reject(new Error('down')) : Promise.resolve(state.reads);
      },
      () => new Date(state.now),
    );
    return { state, documents };
  }

  it('are read once, and again only when somebody finds them wanting and a while has passed', async () => {
    const { state, documents } = cache();
    const seen = documents.get('a');
    expect([await seen, await documents.get('a')]).toEqual([1, 1]);
    expect(documents.getNewer('a', seen)).toBeUndefined();
    state.now = 3_000;
    expect(await documents.getNewer('a', seen)).toBe(2);
    expect(await documents.get('a')).toBe(2);
  });

  it('that could not be read are tried again at once', async () => {
    const { state, documents } = cache();
    state.fails = true;
    await expect(documents.get('a')).rejects.toThrow('down');
    state.fails = false;
    expect(await documents.get('a')).toBe(2);
  });

  it('go on serving when a newer one cannot be had', async () => {
    const { state, documents } = cache();
    const seen = documents.get('a');
    await seen;
    state.now = 3_000;
    state.fails = true;
    await expect(documents.getNewer('a', seen)).rejects.toThrow('down');
    expect(await documents.get('a')).toBe(1);
    expect(documents.getNewer('a', seen)).toBeUndefined();
  });
});

/** W17, O17, S45: addresses that a catalogue, a provider's own documents or its name server may lead us to. */
import { createServer, type AddressInfo, type LookupFunction, type Server, type Socket } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isForbiddenAddress } from '../../../src/connectors/forbidden-address.ts';
import { isAllowedUrl } from '../../../src/connectors/forbidden-address.ts';
import { createLimitedFetch } from '../../../src/connectors/limited-fetch.ts';
import { BrokerError } from '../../../src/core/errors.ts';

/** Something on this machine that must never be spoken to. */
let listener: Server;
let port: number;
let connections = 0;
const sockets = new Set<Socket>();

beforeAll(async () => {
  listener = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.resume().end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret');
  });
  await new Promise<void>((resolve) => listener.listen(0, '::', resolve));
  ({ port } = listener.address() as AddressInfo);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => listener.close(resolve));
});

const production = createLimitedFetch({ allowHttp: false });

async function expectRefused(url: string, fetch = production): Promise<string> {
  const before = connections;
  const started = performance.now();
  const error = await fetch(url).then(
    () => expect.fail(`${url} was asked`),
    (thrown: unknown) => thrown,
  );
  expect(error, url).toBeInstanceOf(BrokerError);
  expect((error as BrokerError).code, url).toBe('idp.unavailable');
  expect(connections, url).toBe(before);
  expect(performance.now() - started).toBeLessThan(2_000);
  return (error as BrokerError).detail ?? '';
}

/** A name server of an attacker's, one answer after the other. */
function nameServer(...answers: readonly (readonly string[])[]): {
  lookup: LookupFunction;
  asked: () => number;
} {
  let asked = 0;
  const lookup: LookupFunction = (_name, { all }, callback) => {
    const addresses = (answers[Math.min(asked, answers.length - 1)] ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    asked += 1;
    if (all === true) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  };
  return { lookup, asked: () => asked };
}

describe('W17: in production nothing is asked', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '0177.0.0.1',
    '127.255.255.254',
    '0',
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.170.2',
    '255.255.255.255',
    '224.0.0.1',
    '240.0.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:169.254.169.254]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:7f00:1::]',
    '[2002:a9fe:a9fe::1]',
    '[fe80::1]',
    '[febf::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[fd00:ec2::254]',
    '[fd20:ce::254]',
    '127。0。0。1',
    '１２７.0.0.1',
    '①②⑦.0.0.1',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
  ])('at %s', async (host) => {
    await expectRefused(`https://${host}:${port}/`);
    expect(isAllowedUrl(`https://${host}:${port}/`, false)).toBe(false);
  });

  it('by localhost for its address, not for want of one', async () => {
    expect(await expectRefused(`https://localhost:${port}/`)).toBe(
      `https://localhost:${port}: EFORBIDDENADDRESS`,
    );
  });

  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['0.0.0.0']],
    [['169.254.169.254']],
    [['fd00:ec2::254']],
    [['fe80::1%lo']],
    [['::ffff:127.0.0.1']],
    [['93.184.215.14', '127.0.0.1']],
    [['127.0.0.1', '93.184.215.14']],
    [['2606:2800:21f:cb07::1', '::1']],
  ])('by a name whose addresses are %j', async (addresses) => {
    const { lookup } = nameServer(addresses);
    const fetch = createLimitedFetch({ allowHttp: false, lookup });
    expect(await expectRefused(`https://idp.example.com:${port}/`, fetch)).toContain('EFORBIDDENADDRESS');
  });

  it('by a name that changes its meaning between a look and the next', async () => {
    // The first answer is a network that leads nowhere; whoever looked twice would connect to the second.
    const { lookup, asked } = nameServer(['10.255.255.1'], ['127.0.0.1']);
    const fetch = createLimitedFetch({ allowHttp: false, lookup });
    const url = `https://idp.example.com:${port}/`;
    const before = connections;
    const first = await fetch(url).then(
      () => expect.fail('was asked'),
      (thrown: unknown) => thrown,
    );
    expect(first).toBeInstanceOf(BrokerError);
    expect([asked(), connections]).toEqual([1, before]);
    expect(await expectRefused(url, fetch)).toContain('EFORBIDDENADDRESS');
  });

  it.each([
    'http://idp.example.com/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_x',
    'ftp://idp.example.com/',
    'data:text/plain,x',
    'https://user@idp.example.com/',
    'https://user:pass@idp.example.com/',
    'https://idp.example.com@127.0.0.1/',
    'unix:/var/run/docker.sock',
    '//idp.example.com/',
    'idp.example.com',
    'https://',
    'javascript:alert(1)',
    'https:\\\\@127.0.0.1/',
    '',
  ])('but https by a plain address: %s', async (url) => {
    await expectRefused(url);
    expect(isAllowedUrl(url, false)).toBe(false);
  });
});

describe('W17: what companies have', () => {
  it.each([
    '93.184.215.14',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    'fd12:3456::1',
    '2606:2800:21f::1',
    '::ffff:10.0.0.1',
  ])('may be asked: %s', (address) => {
    expect(isForbiddenAddress(address)).toBe(false);
    expect(isAllowedUrl(`https://${address.includes(':') ? `[${address}]` : address}/`, false)).toBe(true);
  });

  it('is reached in production by its name: the check itself stops nothing else', async () => {
    const { lookup, asked } = nameServer(['10.255.255.1']);
    const fetch = createLimitedFetch({ allowHttp: false, lookup });
    const error = await fetch('https://idp.example.com/').then(
      () => expect.fail(),
      (thrown: unknown) => thrown,
    );
    expect((error as BrokerError).detail).not.toContain('FORBIDDEN');
    expect(asked()).toBe(1);
  });

  it('is on this machine where Daypass is tried', async () => {
    const answer = await createLimitedFetch({ allowHttp: true })(`http://localhost:${port}/`);
    expect(answer.body.toString()).toBe('secret');
  });
});

describe('O17, S45: an answer that leads elsewhere', () => {
  it.each([301, 302, 303, 307, 308])('is not followed: %i', async (status) => {
    const redirector = createHttpServer((_request, response) => {
      response.writeHead(status, { location: `http://127.0.0.1:${port}/` }).end();
    });
    await new Promise<void>((resolve) => redirector.listen(0, '127.0.0.1', resolve));
    const before = connections;
    try {
      const from = `http://127.0.0.1:${(redirector.address() as AddressInfo).port}/`;
      const answer = await createLimitedFetch({ allowHttp: true })(from);
      expect([answer.status, connections]).toEqual([status, before]);
    } finally {
      redirector.close();
    }
  });
});

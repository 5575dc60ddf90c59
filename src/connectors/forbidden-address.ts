/**
 * Addresses that no identity provider has and every attacker wants us to ask: this machine, its neighbours on the
 * link, and where clouds keep the machine's own credentials. Private networks are not among them: companies run
 * their providers there, and who may write an address into the catalogue may name those.
 */
import { BlockList, isIP } from 'node:net';

const FORBIDDEN: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // Metadata services outside the link-local range: Alibaba Cloud's and Azure's.
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['::', 127],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['100::', 64],
  ['2001:db8::', 32],
  // Metadata services in unique-local addresses: AWS's and Google's.
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
];

/** IPv6 networks that lead to an IPv4 address, which stands in two groups from this one on. */
const EMBEDDING: readonly (readonly [network: string, bits: number, group: number])[] = [
  ['::ffff:0:0', 96, 6],
  ['::ffff:0:0:0', 96, 6],
  ['::', 96, 6],
  ['64:ff9b::', 96, 6],
  ['64:ff9b:1::', 48, 6],
  ['2002::', 16, 1],
];

const forbidden = blockList(FORBIDDEN);
const embedding = EMBEDDING.map(([network, bits, group]) => ({ list: blockList([[network, bits]]), group }));

/** Whether it is an address, in the usual spelling, that nothing may be asked at. */
export function isForbiddenAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return forbidden.check(address, 'ipv4');
  if (version !== 6) return false;
  const [bare = ''] = address.split('%');
  if (forbidden.check(bare, 'ipv6')) return true;
  return embedding.some(
    ({ list, group }) => list.check(bare, 'ipv6') && forbidden.check(embeddedIn(bare, group), 'ipv4'),
  );
}

function blockList(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of networks)
    list.addSubnet(network, bits, isIP(network) === 4 ? 'ipv4' : 'ipv6');
  return list;
}

/** The URL parser writes every IPv6 address alike: groups in hex, one `::` at most, no dotted end. */
function embeddedIn(address: string, group: number): string {
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = written.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].map((text) => Number.parseInt(text, 16));
  const [high = 0, low = 0] = groups.slice(group, group + 2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Whether the broker may send a browser or a request of its own to this address. */
export function isAllowedUrl(url: string, allowHttp: boolean): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.username !== '' || parsed.password !== '') return false;
  if (allowHttp) return parsed.protocol === 'https:' || parsed.protocol === 'http:';
  // The parser has brought every spelling of an address (decimal, octal, hex) into the usual one.
  return parsed.protocol === 'https:' && !isForbiddenAddress(parsed.hostname.replace(/^\[|\]$/g, ''));
}

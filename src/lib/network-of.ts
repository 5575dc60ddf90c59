import { isIPv4, isIPv6 } from 'node:net';

/**
 * What counts as one source of requests: an IPv4 address, or the /64 of an IPv6 one, since that is what a single
 * machine is given and may choose from (RFC 4291 section 2.5.1, RFC 6177). An IPv4 address in IPv6 clothes is itself.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const [bare = ''] = address.toLowerCase().split('%');
  const [, mapped] = /^::ffff:([0-9.]+)$/.exec(bare) ?? [];
  if (mapped !== undefined) return mapped;
  if (isIPv4(bare) || !isIPv6(bare)) return bare.slice(0, 64);
  return `${groupsOf(bare).slice(0, 4).join(':')}::/64`;
}

/** The eight groups of a well-formed IPv6 address, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  // The last two groups may be written as an IPv4 address; they are beyond the /64.
  const [head = '', tail] = address.replace(/[0-9]+(?:\.[0-9]+){3}$/, '0:0').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16).toString(16));
}

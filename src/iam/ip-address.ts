/** IP addresses and CIDR ranges, both families. An IPv4 address mapped into IPv6 is the IPv4 address. */
interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

interface IpRange {
  readonly address: IpAddress;
  readonly prefixLength: number;
}

const MAPPED_PREFIX = 0xffffn;

export function parseIpAddress(text: string): IpAddress | undefined {
  if (!text.includes(':')) return parseIpv4(text);
  const value = parseIpv6(text);
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED_PREFIX ? { bits: 32, value: value & 0xffff_ffffn } : { bits: 128, value };
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address. */
export function parseIpRange(text: string): IpRange | undefined {
  const [addressText = '', lengthText, ...rest] = text.split('/');
  const address = parseIpAddress(addressText);
  if (address === undefined || rest.length > 0) return undefined;
  if (lengthText === undefined) return { address, prefixLength: address.bits };
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(lengthText)) return undefined;
  // A mapped range counts its prefix from IPv6's first bit.
  const shift = address.bits === 32 && addressText.includes(':') ? 96 : 0;
  const prefixLength = Number(lengthText) - shift;
  return prefixLength >= 0 && prefixLength <= address.bits ? { address, prefixLength } : undefined;
}

export function rangeHolds({ address, prefixLength }: IpRange, candidate: IpAddress): boolean {
  if (address.bits !== candidate.bits) return false;
  const hostBits = BigInt(address.bits - prefixLength);
  return address.value >> hostBits === candidate.value >> hostBits;
}

function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    // A leading zero is read as octal by some and as decimal by others.
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return { bits: 32, value };
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => groupsOf(half));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...(tail ?? [])];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** The 16-bit groups of one side of `::`; the last may be an IPv4 address, which is two. */
function groupsOf(half: string): number[] | undefined {
  if (half === '') return [];
  const groups: number[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    const embedded = index === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined;
    if (embedded !== undefined) {
      groups.push(Number(embedded.value >> 16n), Number(embedded.value & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

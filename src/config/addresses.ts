/** What counts as an origin, as this machine, as a proxy's address. */
import { isIP } from 'node:net';

/** `https://daypass.example.com`: scheme, host and port, nothing else. */
export function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return false;
  const bare = url.pathname === '/' && url.search === '' && url.hash === '';
  // It stands in scripts that people save, where a host such as `$(id)` would be more than a name.
  if (!/^[\w.:[\]-]+$/.test(url.host)) return false;
  // `?` and `#` alone leave no trace in the parsed URL.
  return bare && url.username === '' && url.password === '' && !/[?#@\\\s]/.test(text);
}

/** Hosts that never leave this machine (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true;
  return isIP(hostname) === 4 && hostname.startsWith('127.');
}

/** An address or a subnet; a subnet of every address would believe anybody. */
export function isAddressOrSubnet(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return false;
  if (prefix === undefined) return true;
  const bits = /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : 0;
  return bits >= 1 && bits <= (version === 4 ? 32 : 128);
}

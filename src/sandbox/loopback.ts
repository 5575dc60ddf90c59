/** Hosts of URLs on this machine, to which the sandbox speaks plain http where AWS wants https. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

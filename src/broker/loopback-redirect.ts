/**
 * Where a client on the person's own machine waits for their answer (RFC 8252 section 7.3): an address literal,
 * since a name may be resolved to another machine, with the path that was registered and any port.
 */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::([1-9][0-9]{0,4}))?(\/[A-Za-z0-9._~/-]{0,100})$/;

export function isLoopbackRedirect(uri: string): boolean {
  const [, , port = '80', path = ''] = LOOPBACK.exec(uri) ?? [];
  return path !== '' && Number(port) <= 65_535 && !path.split('/').some((part) => /^\.{1,2}$/.test(part));
}

export function isRegisteredRedirect(uri: string, registered: readonly string[]): boolean {
  return isLoopbackRedirect(uri) && registered.some((each) => withoutPort(each) === withoutPort(uri));
}

function withoutPort(uri: string): string {
  const [, host = '', , path = ''] = LOOPBACK.exec(uri) ?? [];
  return host + path;
}

/**
 * Whether people and what is said about them may be sent there: only below the broker's own address. Both
 * providers know one service provider, whose paths are its own business.
 */
export function isBelow(baseUrl: string, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  // Compared as written, so that what is checked is what browsers follow: no dot segments, no user info.
  return (
    url.href === address && address.startsWith(`${baseUrl}/`) && url.hash === '' && !address.includes('#')
  );
}

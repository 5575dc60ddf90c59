const LONGEST = 63;

/** An id of the catalogue made of somebody else's name; a number tells apart what would be called the same. */
export function freeId(name: string, isTaken: (id: string) => boolean): string {
  const plain = slugOf(name, LONGEST);
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? '' : `-${count}`;
    const id = `${slugOf(plain, LONGEST - suffix.length)}${suffix}`;
    if (!isTaken(id)) return id;
  }
}

function slugOf(name: string, longest: number): string {
  const plain = name
    .slice(0, 4 * LONGEST)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, longest)
    .replace(/-$/, '');
  return plain === '' ? 'imported' : plain;
}

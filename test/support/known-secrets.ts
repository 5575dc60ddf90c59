/** Everything that must not be found anywhere, by a name that a failing test can print in its place. */
export class KnownSecrets {
  readonly #needles = new Map<string, string>();

  get size(): number {
    return this.#needles.size;
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#needles.values());
  }

  /** Long values count as found when a piece of them is: who cuts a token off still shows most of it. */
  add(name: string, value: string): void {
    if (value === '') throw new Error(`${name} is empty`);
    for (const piece of value.length > 100 ? piecesOf(value) : [value]) {
      for (const form of [piece, encodeURIComponent(piece), JSON.stringify(piece).slice(1, -1)]) {
        this.#needles.set(form, name);
      }
    }
    if (value.length <= 100) {
      this.#needles.set(Buffer.from(value).toString('base64').replace(/=+$/, ''), `${name} in base64`);
    }
  }

  /** A signed token: its header tells nothing. */
  addToken(name: string, token: string): void {
    const [, payload = '', signature = ''] = token.split('.');
    this.add(`${name}, payload`, payload);
    this.add(`${name}, signature`, signature);
  }

  /** @returns the names of what the text holds. */
  foundIn(text: string): string[] {
    const found = [...this.#needles].filter(([needle]) => holds(text, needle)).map(([, name]) => name);
    return [...new Set(found)];
  }
}

const PIECE = 48;

function piecesOf(value: string): string[] {
  const starts = [0.2, 0.5, 0.8].map((part) => Math.floor(value.length * part));
  return [...starts.map((start) => value.slice(start, start + PIECE)), value.slice(-PIECE)];
}

/** Six digits may be part of a longer number, which is then something else. */
function holds(text: string, needle: string): boolean {
  if (!/^[0-9]{6}$/.test(needle)) return text.includes(needle);
  return new RegExp(`(?<![0-9A-Za-z.])${needle}(?![0-9A-Za-z])`).test(text);
}

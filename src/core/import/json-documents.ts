/** JSON as command lines leave it in a file: one document after another, as a shell's loop prints them. */
export interface JsonDocument {
  /** Of its first character, from 1. */
  readonly line: number;
  /** Undefined where it is no JSON. */
  readonly value: unknown;
}

/** What comes after is one document that is no JSON. */
const MAXIMUM_DOCUMENTS = 50_000;

/** Splits at the brackets that close a document; what stands outside any is a document that is no JSON. */
export function jsonDocuments(text: string): JsonDocument[] {
  const documents: JsonDocument[] = [];
  let [from, line, depth, inString] = [0, 1, 0, false];
  const end = (to: number): void => {
    const piece = text.slice(from, to);
    if (piece.trim() !== '') documents.push({ line: line + linesBefore(piece), value: parsed(piece) });
    line += countLines(piece);
    from = to;
  };
  for (let at = 0; at < text.length && documents.length < MAXIMUM_DOCUMENTS; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth = Math.max(0, depth - 1);
      if (depth === 0) end(at + 1);
    }
  }
  end(text.length);
  return documents;
}

function parsed(piece: string): unknown {
  try {
    return JSON.parse(piece) as unknown;
  } catch {
    return undefined;
  }
}

function linesBefore(piece: string): number {
  return countLines(piece.slice(0, piece.length - piece.trimStart().length));
}

function countLines(piece: string): number {
  return piece.split('\n').length - 1;
}

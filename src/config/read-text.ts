import { readFileSync, statSync } from 'node:fs';
import { codeOf } from './secret-file.ts';

type Text = { readonly text: string } | { readonly mistake: string };

/** A text file of bounded size; looked at before it is read, so that a huge one is never in memory. */
export function readText(file: string, maximumBytes: number): Text {
  try {
    const facts = statSync(file);
    if (!facts.isFile()) return { mistake: 'is not a file' };
    if (facts.size > maximumBytes) return { mistake: `is larger than ${maximumBytes} bytes` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)) };
  } catch (error) {
    const code = codeOf(error);
    return {
      mistake: code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8' : `cannot be read (${code})`,
    };
  }
}

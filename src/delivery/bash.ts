import { environmentOf, type TextForm } from './text-delivery.ts';

/** For bash, zsh and every other POSIX shell. */
export const bashForm: TextForm = {
  name: 'bash',
  label: 'bash, zsh',
  mediaType: 'text/x-shellscript',
  write: (values) =>
    environmentOf(values)
      .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
      .join(''),
};

/** Between single quotes nothing means anything but the quote that ends them (POSIX, Shell Command Language 2.2.2). */
function quoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

import { environmentOf, type TextForm } from './text-delivery.ts';

export const powershellForm: TextForm = {
  name: 'powershell',
  label: 'PowerShell',
  mediaType: 'text/x-powershell',
  write: (values) =>
    environmentOf(values)
      .map(([name, value]) => `$Env:${name} = ${quoted(value)}\n`)
      .join(''),
};

/** PowerShell takes the typographic single quotes for the plain one, and each is written by doubling it. */
function quoted(value: string): string {
  return `'${value.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

import { linesOf, LONGEST_LINE } from './lines.ts';

/** The AWS CLI's configuration files: sections, settings, and settings nested under one by indentation. */
export interface IniSetting {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

export interface IniSection {
  /** As between the brackets: `profile NAME`, `sso-session NAME`, `default`. */
  readonly title: string;
  readonly line: number;
  readonly settings: readonly IniSetting[];
}

export interface IniFile {
  readonly sections: readonly IniSection[];
  /** Lines that are none of it, or beyond what is read. */
  readonly strayLines: readonly number[];
}

export function iniSections(text: string): IniFile {
  const sections: (IniSection & { readonly settings: IniSetting[] })[] = [];
  const strayLines: number[] = [];
  let indentation = 0;
  const { lines, isCut } = linesOf(text);
  lines.forEach((raw, position) => {
    const line = position + 1;
    const words = raw.trim();
    if (words === '' || /^[#;]/.test(words)) return;
    const section = sections.at(-1);
    const indented = raw.length - raw.trimStart().length;
    if (indented > indentation && (section?.settings.length ?? 0) > 0) return;
    indentation = indented;
    const title = words.length > LONGEST_LINE ? undefined : /^\[([^\]]+)\]/.exec(words)?.[1]?.trim();
    const equals = words.indexOf('=');
    if (title !== undefined) sections.push({ title: unquoted(title), line, settings: [] });
    else if (equals < 1 || section === undefined || words.length > LONGEST_LINE) strayLines.push(line);
    else section.settings.push({ ...settingOf(words, equals), line });
  });
  if (isCut) strayLines.push(lines.length + 1);
  return { sections, strayLines };
}

function settingOf(words: string, equals: number): Pick<IniSetting, 'key' | 'value'> {
  const value = words.slice(equals + 1).replace(/\s[#;].*$/, '');
  return { key: words.slice(0, equals).trim().toLowerCase(), value: value.trim() };
}

/** `[profile "my name"]`. */
function unquoted(title: string): string {
  return title.replace(/^(\S+\s+)?(["'])(.*)\2$/, '$1$3');
}

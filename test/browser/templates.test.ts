import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const VIEWS = join(import.meta.dirname, '../../views');

async function templates(): Promise<{ readonly file: string; readonly text: string }[]> {
  const folders = await Promise.all(
    ['layouts', 'partials', 'pages'].map(async (folder) =>
      (await readdir(join(VIEWS, folder))).map((name) => join(folder, name)),
    ),
  );
  const files = folders.flat().filter((file) => file.endsWith('.ejs'));
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(join(VIEWS, file), 'utf8') })));
}

/** What is left of a template is its markup; a value that it prints becomes one harmless letter. */
const markupOf = (text: string): string => text.replace(/<%=.*?%>/gs, 'x').replace(/<%.*?%>/gs, '');

/** Every start tag, quoted attribute values and all. */
const tagsOf = (text: string): string[] => markupOf(text).match(/<[a-z](?:[^>"]|"[^"]*")*>/gs) ?? [];

describe('W10: every template', () => {
  it('is found by this test', async () => {
    const files = (await templates()).map(({ file }) => file);
    expect(files).toEqual(expect.arrayContaining(['layouts/page-start.ejs', 'pages/roles.ejs']));
    expect(files.length).toBeGreaterThan(15);
  });

  it('prints unescaped only what another template made', async () => {
    for (const { file, text } of await templates()) {
      const raw = text.match(/<%-.*?%>/gs) ?? [];
      for (const print of raw) expect(print, file).toMatch(/^<%- include\('\.{1,2}\/[a-z/-]+'/);
    }
  });

  it('quotes every attribute, and has no style, script or handler of its own', async () => {
    for (const { file, text } of await templates()) {
      for (const tag of tagsOf(text)) {
        const bare = tag.replace(/"[^"]*"/gs, '""');
        expect(bare, file).not.toMatch(/=(?!"")/);
        expect(bare, file).not.toMatch(/\s(?:style|on[a-z]+)=/i);
        if (tag.startsWith('<script')) expect(tag, file).toMatch(/ src="x\/js\/x\.js"/);
      }
      expect(text, file).not.toMatch(/<style\b/i);
    }
  });

  it('posts every form, or searches by GET', async () => {
    for (const { file, text } of await templates()) {
      for (const tag of tagsOf(text).filter((one) => one.startsWith('<form'))) {
        expect(tag, file).toMatch(/ method="post"| role="search"/);
      }
    }
  });

  it('W01: sends the token with every form that changes something, but for an identity provider’s answer', async () => {
    const posting = (await templates()).flatMap(({ file, text }) =>
      [...text.matchAll(/<form\b[^>]*method="post"[\s\S]*?<\/form>/g)].map(([form]) => ({ file, form })),
    );
    expect(posting.length).toBeGreaterThan(6);
    for (const { file, form } of posting.filter(({ file }) => file !== join('pages', 'resubmit.ejs'))) {
      expect(form, file).toContain('<input type="hidden" name="csrfToken" value="<%= csrfToken %>">');
    }
  });
});

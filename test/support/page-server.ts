/** Serves the page catalogue and `public/` under the headers that pages have to live with. */
import ejs from 'ejs';
import express from 'express';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { publicFiles } from '../../src/http/public-files.ts';
import { pageCatalogue, STAY } from './page-catalogue.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The strictest policy that the pages work under; Daypass itself sends nothing laxer. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

interface ReceivedForm {
  readonly path: string;
  /** The body as it arrived, urlencoded. */
  readonly body: string;
}

export interface PageServer {
  readonly url: string;
  /** Every form that was posted to it, oldest first. */
  readonly received: readonly ReceivedForm[];
  close(): Promise<void>;
}

export async function startPageServer(): Promise<PageServer> {
  const received: ReceivedForm[] = [];
  const app = express();
  app.use((_request, response, next) => {
    response.set('Content-Security-Policy', PAGE_POLICY);
    next();
  });
  const files = publicFiles(join(ROOT, 'public'));
  app.use(files.routes);
  for (const page of pageCatalogue()) {
    app.get(`/catalogue/${page.name}`, async (_request, response) => {
      const file = join(ROOT, 'views', `${page.view}.ejs`);
      response
        .type('html')
        .send(await ejs.renderFile(file, { ...page.model, assets: files.base }, { cache: true }));
    });
  }
  // A browser stays on its page when the answer has no content: pages that go on at once can be looked at.
  app.get(STAY, (_request, response) => {
    response.status(204).end();
  });
  app.post('/{*path}', express.text({ type: '*/*' }), (request, response) => {
    received.push({ path: request.path, body: String(request.body) });
    response.type('text').send('received');
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      }),
  };
}

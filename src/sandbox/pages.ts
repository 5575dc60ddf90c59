/**
 * The sandbox's pages: plain EJS under `views/sandbox`, one stylesheet and small scripts under
 * `public/sandbox`. Both ports serve the same files, and nothing inline, so that the policy needs no exception.
 */
import { join } from 'node:path';
import ejs from 'ejs';
import express, { type ErrorRequestHandler, type RequestHandler, type Response } from 'express';

export interface PageOptions {
  readonly status?: number;
  /** Origins beside our own that a form of this page may end up at; browsers check redirects too. */
  readonly formTargets?: readonly string[];
}

export interface Pages {
  render(response: Response, view: string, data: object, options?: PageOptions): Promise<void>;
  /** A page that says what is wrong, for a person who cannot be sent back. */
  refuse(response: Response, status: number, message: string): Promise<void>;
}

/** Where the pages' stylesheet and scripts are. S3 bucket names have no underscore, so none is hidden. */
export const ASSETS_PATH = '/_sandbox/assets';

/** @param rootDir the project's directory, which holds `views` and `public` */
export function createPages(rootDir: string): Pages {
  const views = join(rootDir, 'views', 'sandbox');
  async function render(
    response: Response,
    view: string,
    data: object,
    options: PageOptions = {},
  ): Promise<void> {
    const page = { ...data, assets: ASSETS_PATH };
    const html = await ejs.renderFile(
      join(views, `${view}.ejs`),
      { page },
      { cache: true, strict: true, _with: false, localsName: 'locals' },
    );
    response.status(options.status ?? 200);
    response.set(pageHeaders(options.formTargets ?? []));
    response.send(html);
  }
  return {
    render,
    refuse: (response, status, message) => render(response, 'refusal', { message }, { status }),
  };
}

function pageHeaders(formTargets: readonly string[]): Record<string, string> {
  const formAction = ["'self'", ...formTargets].join(' ');
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " +
      `base-uri 'none'; frame-ancestors 'none'; form-action ${formAction}`,
    'X-Content-Type-Options': 'nosniff',
    // A cross-site POST keeps its Origin under this one, as it does from real identity providers.
    'Referrer-Policy': 'strict-origin',
  };
}

export function serveAssets(rootDir: string): RequestHandler {
  return express.static(join(rootDir, 'public', 'sandbox'), { index: false, redirect: false });
}

/** Keeps the body as text, so that a parameter given twice is seen and not merged. */
export const readForm: RequestHandler = express.text({
  type: 'application/x-www-form-urlencoded',
  limit: '128kb',
});

/** What came as a form, else nothing. */
export function formOf(request: { readonly body?: unknown }): URLSearchParams {
  return new URLSearchParams(typeof request.body === 'string' ? request.body : '');
}

export function queryOf(request: { readonly originalUrl: string }): URLSearchParams {
  const start = request.originalUrl.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : request.originalUrl.slice(start + 1));
}

/** The last handler: what the parsers refuse stays a 4xx, and nothing shows a stack trace. */
export function refuseErrors(pages: Pages): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    const message = status < 500 ? 'The request could not be read.' : 'The sandbox made a mistake.';
    return pages.refuse(response, status, message);
  };
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('status' in error)) return 500;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

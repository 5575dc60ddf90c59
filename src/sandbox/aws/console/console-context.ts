import type { Response } from 'express';
import type { Pages } from '../../pages.ts';
import type { SandboxAws } from '../aws-server.ts';
import type { ConsoleSessions } from './console-sessions.ts';

/** What every part of the sign-in and of the console works with. */
export interface ConsoleContext {
  /** Origins. */
  readonly awsUrl: string;
  readonly brokerUrl: string;
  readonly aws: SandboxAws;
  readonly consoleSessions: ConsoleSessions;
  readonly pages: Pages;
}

/** Addresses here hold tokens, and answers are for one browser: neither is kept, nor told to the next page. */
export function keepPrivate(response: Response): void {
  response.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
}

import type { Request, Response } from 'express';

/** One request to the sign-in service, with its parameters wherever they stood. */
export interface SignInExchange {
  readonly request: Request;
  readonly response: Response;
  readonly parameters: URLSearchParams;
}

/** The verifier's thread: a file of its own in `dist/`. One message at a time, each to a verdict. */
import { parentPort } from 'node:worker_threads';
import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import type { ProvenSignIn } from '../connector.ts';
import { verifyResponse, type ResponseToVerify } from './verify-response.ts';

/** `ready` once, when the thread can take its first message. */
export type VerifierReply =
  | 'ready'
  | { readonly proven: ProvenSignIn }
  | { readonly refused: ErrorCode; readonly detail: string | undefined };

const port = parentPort;
if (port === null) throw new Error('The verifier runs as a worker thread only.');

const answer = (reply: VerifierReply): void => port.postMessage(reply);

port.on('message', (message: ResponseToVerify) => {
  verifyResponse(message).then(
    (proven) => answer({ proven }),
    (error: unknown) => answer(refusalOf(error)),
  );
});
answer('ready');

/** Whatever goes wrong here went wrong over a message from outside: it is refused, and it is not quoted. */
function refusalOf(error: unknown): VerifierReply {
  if (error instanceof BrokerError) return { refused: error.code, detail: error.detail };
  const kind = error instanceof Error ? error.name : typeof error;
  return { refused: 'saml.malformed', detail: `the message could not be read: ${kind}` };
}

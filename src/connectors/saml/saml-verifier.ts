/** The verifier's thread: a file of its own in `dist/`. One response or metadata document at a time. */
import { parentPort } from 'node:worker_threads';
import { BrokerError, type ErrorCode } from '../../core/errors.ts';
import type { ProvenSignIn } from '../connector.ts';
import { readIdpMetadata, type DescribedIdp, type MetadataToRead } from './idp-metadata.ts';
import { verifyResponse, type ResponseToVerify } from './verify-response.ts';

export type VerifierTask =
  | { readonly kind: 'response'; readonly given: ResponseToVerify }
  | { readonly kind: 'metadata'; readonly given: MetadataToRead };

/** `ready` once, when the thread can take its first message. */
export type VerifierReply =
  | 'ready'
  | { readonly found: ProvenSignIn | DescribedIdp }
  | { readonly refused: ErrorCode; readonly detail: string | undefined };

const port = parentPort;
if (port === null) throw new Error('The verifier runs as a worker thread only.');

const answer = (reply: VerifierReply): void => port.postMessage(reply);

port.on('message', (task: VerifierTask) => {
  carryOut(task).then(
    (found) => answer({ found }),
    (error: unknown) => answer(refusalOf(error)),
  );
});
answer('ready');

async function carryOut(task: VerifierTask): Promise<ProvenSignIn | DescribedIdp> {
  return task.kind === 'response' ? verifyResponse(task.given) : readIdpMetadata(task.given);
}

/** Whatever goes wrong here went wrong over a message from outside: it is refused, and it is not quoted. */
function refusalOf(error: unknown): VerifierReply {
  if (error instanceof BrokerError) return { refused: error.code, detail: error.detail };
  const kind = error instanceof Error ? error.name : typeof error;
  return { refused: 'saml.malformed', detail: `the message could not be read: ${kind}` };
}

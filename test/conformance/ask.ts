/** Asks the sandbox with real clients, or with bytes of one's own where no client would send them. */
import { type Signing, signedRequest } from '../support/sign-request.ts';
import type { TestSandboxAws } from '../support/start-sandbox-aws.ts';

export interface Answer {
  readonly status: number | undefined;
  /** `Success`, or AWS's code. */
  readonly code: string;
  readonly message: string;
  /** What a client made of the answer; for a request by hand its text. */
  readonly result: object;
}

/** Of a call by one of AWS's own clients. */
export async function told(call: Promise<object>): Promise<Answer> {
  try {
    return { status: 200, code: 'Success', message: '', result: await call };
  } catch (error) {
    const { Code, name, message, $metadata } = error as {
      Code?: string;
      name: string;
      message: string;
      $metadata?: { httpStatusCode?: number };
    };
    // What is no answer of AWS's is a fault of the test.
    if ($metadata?.httpStatusCode === undefined) throw error;
    return { status: $metadata.httpStatusCode, code: Code ?? name, message, result: {} };
  }
}

/** A request signed by hand, every part open to be made wrong. */
export async function signed(
  sandbox: TestSandboxAws,
  signing: Omit<Signing, 'at'> & { readonly at?: Date },
): Promise<Answer> {
  const { url, init } = signedRequest(sandbox.url, { at: sandbox.now(), ...signing });
  return fetched(url, init);
}

export async function fetched(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const member = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  const headers = Object.fromEntries(response.headers);
  return {
    status: response.status,
    code: member('Code') ?? (response.ok ? 'Success' : ''),
    message: unescapeXml(member('Message') ?? ''),
    result: { text, headers },
  };
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

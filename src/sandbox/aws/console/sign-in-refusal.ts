/** What the sign-in service's page says when a response from an identity provider comes to nothing. */
import { AwsError } from '../wire/aws-error.ts';

/** The response itself is unusable; the page adds how to log out. */
const INVALID_RESPONSE = 'Your request included an invalid SAML response.';

export function invalidSamlResponse(detail?: string): AwsError {
  return new AwsError('InvalidSamlResponse', INVALID_RESPONSE, 400, detail);
}

export interface RefusalText {
  readonly status: number;
  readonly message: string;
  /** To end a session that may be in the way is what AWS offers with it. */
  readonly offersLogout: boolean;
  /** What AWS would not say. */
  readonly detail: string | undefined;
}

/** @param error one of STS's, or `invalidSamlResponse` */
export function refusalText(error: AwsError, requestId: string): RefusalText {
  const { code, message, status, detail } = error;
  if (code === 'InvalidSamlResponse' || message.startsWith('Invalid base64 SAMLResponse')) {
    return { status: 400, message: INVALID_RESPONSE, offersLogout: true, detail: detail ?? message };
  }
  return { status, message: inStsWords(error, requestId), offersLogout: false, detail };
}

/** The page repeats what STS said, as the client library of the service behind it puts it. */
function inStsWords({ message, status, code }: AwsError, requestId: string): string {
  if (message.includes('(Service: ')) return message;
  const origin = `Service: AWSSecurityTokenService; Status Code: ${status}; Error Code: ${code}`;
  return `${message} (${origin}; Request ID: ${requestId}; Proxy: null)`;
}

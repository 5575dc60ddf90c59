import type { Partition } from './catalogue.ts';

/**
 * What AWS's sign-in service is called in each partition: the Recipient, which trust policies see as `saml:aud`, and
 * the audience that it expects.
 */
export const AWS_SIGN_IN: Readonly<
  Record<Partition, { readonly recipient: string; readonly audience: string }>
> = {
  aws: { recipient: 'https://signin.aws.amazon.com/saml', audience: 'urn:amazon:webservices' },
  'aws-cn': { recipient: 'https://signin.amazonaws.cn/saml', audience: 'urn:amazon:webservices:cn-north-1' },
  'aws-us-gov': {
    recipient: 'https://signin.amazonaws-us-gov.com/saml',
    audience: 'urn:amazon:webservices:govcloud',
  },
  // AWS documents no URN for it; the endpoint's own address is the other audience it accepts elsewhere.
  'aws-eusc': {
    recipient: 'https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml',
    audience: 'https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml',
  },
};

/** Of every token that the broker makes for AWS; the account's OpenID provider lists it among its client ids. */
export const WEB_IDENTITY_AUDIENCE = 'sts.amazonaws.com';

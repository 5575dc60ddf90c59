/** Sections 3.4 and 3.6: a browser brings an identity provider's response to the sign-in endpoint. */
import { expect } from 'vitest';
import { DEVELOPMENT_DEVELOPER, DEVELOPMENT_READER, PRODUCTION_READER } from '../support/console-browser.ts';
import { DEVELOPMENT, PRODUCTION, type TestSandboxAws } from '../support/start-sandbox-aws.ts';
import { type Answer, fetched } from './ask.ts';
import { bring, bringing, choose, offeredBy, ownPlace, stillIn, trustRecipient } from './console-saml-ask.ts';
import type { Rule } from './rule.ts';

const durations = '3.4 SessionDuration semantics';
const section = '3.6 Sign-in endpoint';
const HOUR = 3_600;

const text = (part: string): string => expect.stringContaining(part) as string;
const invalidResponse = {
  status: 400,
  code: '',
  message: /Your request included an invalid SAML response\. To logout, click here\./,
} as const;

export const consoleSamlRules: readonly Rule[] = [
  {
    section: durations,
    rule: 'the SessionDuration attribute is how long the console stays open',
    confidence: 'documented',
    ask: stillIn(12 * HOUR - 60, { attributes: { SessionDuration: ['43200'] } }),
    answer: { status: 200, code: 'Success', result: {} },
  },
  {
    section: durations,
    rule: 'without that attribute the console closes after an hour, however long the role’s sessions may be',
    confidence: 'known',
    ask: stillIn(HOUR + 1, {}),
    answer: { status: 401, code: '' },
  },
  {
    section: durations,
    rule: 'SessionNotOnOrAfter closes the console earlier than the attribute would',
    confidence: 'known',
    ask: async (sandbox) =>
      stillIn(1_801, {
        attributes: { SessionDuration: ['43200'] },
        sessionNotOnOrAfter: new Date(sandbox.now().getTime() + 1_800_000),
      })(sandbox),
    answer: { status: 401, code: '' },
  },
  {
    section: durations,
    rule: 'an attribute beyond the role’s maximum is refused on the page',
    confidence: 'quoted',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      trustRecipient(sandbox, 'https://signin.aws.amazon.com/saml');
      const recipe = { attributes: { SessionDuration: ['7200'] } };
      const pairs = [offeredBy(PRODUCTION, 'ByRecipient')];
      return (await bring(sandbox, { pairs, recipe })).answer;
    },
    answer: {
      status: 400,
      code: 'ValidationError',
      message: /The requested DurationSeconds exceeds the MaxSessionDuration set for this role\./,
    },
  },
  {
    section,
    rule: 'a response with one Role leads straight into the console',
    confidence: 'documented',
    ask: bringing({}),
    answer: { status: 200, code: 'Success', result: { text: text('Example Production') } },
  },
  {
    section,
    rule: 'a response with several Roles leads to a page that lists them with the alias and number of each account',
    confidence: 'documented',
    ask: bringing({ pairs: [PRODUCTION_READER, DEVELOPMENT_READER, DEVELOPMENT_DEVELOPER] }),
    answer: {
      status: 200,
      code: 'Success',
      result: {
        text: expect.stringMatching(
          /example-production \(444455556666\) ReadOnly .*example-development \(222233334444\) ReadOnly .*Developer/,
        ) as string,
      },
    },
  },
  {
    section,
    rule: 'the role that is chosen there is the one that the console opens with',
    confidence: 'documented',
    ask: (sandbox) => choose(sandbox, DEVELOPMENT_DEVELOPER.split(',')[0] ?? ''),
    answer: { status: 200, code: 'Success', result: { text: text('role/Developer/erin.engel') } },
  },
  {
    section,
    rule: 'a role that the response does not offer cannot be chosen',
    confidence: 'known',
    ask: (sandbox) => choose(sandbox, 'arn:aws:iam::444455556666:role/Developer'),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'RelayState is the page of the console to open',
    confidence: 'documented',
    ask: bringing({ fields: { RelayState: 'https://eu-west-1.console.aws.amazon.com/s3/home' } }),
    answer: { status: 200, code: 'Success', result: { path: '/console/s3/home' } },
  },
  {
    section,
    rule: 'RelayState leads to no other site',
    confidence: 'known',
    ask: bringing({ fields: { RelayState: 'https://evil.example.com/' } }),
    answer: { status: 200, code: 'Success', result: { path: '/console/home' } },
  },
  {
    section,
    rule: 'a response without a Role attribute is an invalid one',
    confidence: 'documented',
    ask: bringing({ pairs: [] }),
    answer: invalidResponse,
  },
  {
    section,
    rule: 'what is no response at all is an invalid one',
    confidence: 'known',
    ask: bringing({ fields: { SAMLResponse: 'bm8gcmVzcG9uc2U=' } }),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'a role whose trust policy does not name the provider is refused in STS’s words',
    confidence: 'documented',
    ask: bringing({ pairs: [offeredBy(PRODUCTION, 'Ec2Operator')] }),
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: /Not authorized to perform sts:AssumeRoleWithSAML \(Service: AWSSecurityTokenService;/,
    },
  },
  {
    section,
    rule: 'a Role whose provider does not exist is refused in the words of the service that looks it up',
    confidence: 'documented',
    ask: bringing({ pairs: [offeredBy('777788889999', 'ExampleCorp')] }),
    answer: {
      status: 400,
      code: 'AuthSamlManifestNotFoundException',
      message: /Specified provider doesn't exist \(Service: AWSOpenIdDiscoveryService;/,
    },
  },
  {
    section,
    rule: 'a provider’s own place takes a response whose Recipient it is, which is saml:aud',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      const { id, recipient } = ownPlace(sandbox, PRODUCTION);
      trustRecipient(sandbox, recipient);
      const pairs = [offeredBy(PRODUCTION, 'ByRecipient')];
      return (await bring(sandbox, { path: `/saml/acs/${id}`, pairs, recipe: { recipient } })).answer;
    },
    answer: { status: 200, code: 'Success', result: { text: text('ByRecipient') } },
  },
  {
    section,
    rule: 'a trust policy that pins saml:aud to one Recipient refuses the others that AWS takes',
    confidence: 'documented',
    ask: async (sandbox: TestSandboxAws): Promise<Answer> => {
      trustRecipient(sandbox, ownPlace(sandbox, PRODUCTION).recipient);
      return (await bring(sandbox, { pairs: [offeredBy(PRODUCTION, 'ByRecipient')] })).answer;
    },
    answer: {
      status: 403,
      code: 'AccessDenied',
      message: /Not authorized to perform sts:AssumeRoleWithSAML/,
    },
  },
  {
    section,
    rule: 'the own place of another provider takes nothing of this one',
    confidence: 'known',
    ask: (sandbox) => bringing({ path: `/saml/acs/${ownPlace(sandbox, DEVELOPMENT).id}` })(sandbox),
    answer: { status: 400, code: '' },
  },
  {
    section,
    rule: 'AWS’s own metadata says where responses go and what they must have',
    confidence: 'documented',
    ask: (sandbox) => fetched(`${sandbox.url}/static/saml-metadata.xml`),
    answer: {
      status: 200,
      code: 'Success',
      result: {
        text: expect.stringMatching(
          /entityID="urn:amazon:webservices"[^]*HTTP-POST" Location="[^"]+\/saml"[^]*SAML\/Attributes\/Role"/,
        ) as string,
      },
    },
  },
  {
    section,
    rule: 'a provider has metadata of its own, with its own place in it',
    confidence: 'documented',
    ask: (sandbox) =>
      fetched(`${sandbox.url}/static/saml/${ownPlace(sandbox, PRODUCTION).id}/saml-metadata.xml`),
    answer: {
      status: 200,
      code: 'Success',
      result: { text: expect.stringMatching(/Location="[^"]+\/saml\/acs\/SAMLSP\w+"/) as string },
    },
  },
];

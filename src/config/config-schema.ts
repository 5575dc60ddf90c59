/**
 * The configuration file as it is written. One schema gives validation, types and the editors' JSON Schema;
 * `config-rules` checks what spans settings, `docs/configuration.md` explains them to people.
 */
import { z } from 'zod';
import { SECOND_PERSON } from '../core/second-person.ts';
import { isProfileNameTemplate, PROFILE_NAME_HINT } from '../core/profile-names.ts';
import { isAddressOrSubnet, isOrigin } from './addresses.ts';

const name = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    'use 1 to 63 of a-z, 0-9 and -, not starting or ending with -',
  );
const file = z.string().min(1).max(4096);
const secret = z.string().min(1).max(65_536);
const port = z.int().min(1).max(65_535);
const origin = z
  .string()
  .refine(isOrigin, 'write an origin such as https://daypass.example.com, without a path');
const url = z.url({ protocol: /^https?$/ });
/** One, or several in order. */
function regions(pattern: RegExp, example: string): z.ZodUnion<[z.ZodString, z.ZodArray<z.ZodString>]> {
  const region = z.string().regex(pattern, `write a region of this partition, such as ${example}`);
  return z.union([region, z.array(region).min(1).max(5)]);
}

const host = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'write an address or a host name');

const listen = z
  .strictObject({
    host: host
      .default('127.0.0.1')
      .describe('The address to bind. 0.0.0.0 for every IPv4 address of the machine, as in a container.'),
    port: port.default(8080),
  })
  .prefault({})
  .describe('Where the process listens. TLS belongs to the proxy in front.');

const sessions = z
  .strictObject({
    idleSeconds: z.int().min(300).max(86_400).default(3_600),
    absoluteSeconds: z.int().min(900).max(604_800).default(43_200),
  })
  .prefault({})
  .describe('How long a sign-in session lives without use, and at most.');

const rate = z.int().min(1).max(1_000_000);

const rateLimits = z
  .strictObject({
    signIns: z
      .strictObject({ burst: rate.default(3_000), perMinute: rate.default(600) })
      .prefault({})
      .describe('Sign-ins that may be started.'),
    failures: z
      .strictObject({ burst: rate.default(100), perMinute: rate.default(30) })
      .prefault({})
      .describe('Failing sign-ins, logouts and clients; what comes beyond is refused and not recorded.'),
    failedClients: z
      .strictObject({ burst: rate.default(20), perMinute: rate.default(10) })
      .prefault({})
      .describe('Wrong secrets for one application; beyond them none is looked at.'),
    clientStarts: z
      .strictObject({ burst: rate.default(300), perMinute: rate.default(60) })
      .prefault({})
      .describe('Registrations and sign-ins that AWS clients may start.'),
    userCodes: z
      .strictObject({ burst: rate.default(10), perMinute: rate.default(5) })
      .prefault({})
      .describe('Wrong codes of AWS clients, also for each person; beyond them none is looked up.'),
    principals: z
      .strictObject({ burst: rate.default(600), perMinute: rate.default(300) })
      .prefault({})
      .describe('Requests of one user or application, wherever they come from.'),
  })
  .prefault({})
  .describe(
    'How often others may make Daypass work: strangers for each address (of IPv6: each /64) they come from.',
  );

const signingKeys = z
  .strictObject({
    activeDays: z
      .int()
      .min(2)
      .max(3_650)
      .default(365)
      .describe('How long one of the broker’s keys signs towards AWS.'),
    overlapDays: z
      .int()
      .min(1)
      .max(365)
      .default(30)
      .describe(
        'How long its successor is published before: the time to register new SAML metadata with AWS.',
      ),
  })
  .prefault({})
  .describe('Rotation of the keys by which AWS knows this broker.');

const credentialSource = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('default-chain').describe('The AWS SDK’s default provider chain.'),
    longTerm: z
      .boolean()
      .default(false)
      .describe(
        'True where the chain ends at an IAM user’s key; else role sessions are chained: 1 hour at most.',
      ),
  }),
  z.strictObject({
    kind: z
      .literal('key-file')
      .describe('A file with the JSON that credential_process prints; read again when it changes.'),
    file,
    longTerm: z.boolean().default(true).describe('False where the file holds a session instead of a key.'),
  }),
]);

const aws = z
  .strictObject({
    regions: z
      .strictObject({
        aws: regions(/^(?!cn-|us-gov-|eusc-)[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$/, 'eu-central-1').default(
          'us-east-1',
        ),
        'aws-cn': regions(/^cn-[a-z]+-[0-9]{1,2}$/, 'cn-north-1').default('cn-north-1'),
        'aws-us-gov': regions(/^us-gov-[a-z]+-[0-9]{1,2}$/, 'us-gov-west-1').default('us-gov-west-1'),
        'aws-eusc': regions(/^eusc(-[a-z]+)+-[0-9]{1,2}$/, 'eusc-de-east-1').default('eusc-de-east-1'),
      })
      .prefault({})
      .describe(
        'The region whose STS endpoint is called, for each partition; or a list of them, where each is asked while the one before fails.',
      ),
    endpoints: z
      .strictObject({
        sts: url.optional(),
        iam: url.optional(),
        organizations: url.optional(),
        federation: url.optional(),
        console: url.optional(),
      })
      .prefault({})
      .describe('Replace AWS’s own addresses, for a VPC endpoint or a test.'),
  })
  .prefault({});

export const sandboxSchema = z.strictObject({
  host: host.optional().describe('The address to bind; listen.host by default.'),
  awsPort: port.default(8081),
  identityProvidersPort: port.default(8082),
  awsUrl: origin.optional().describe('How browsers and the broker reach the sandbox’s AWS.'),
  identityProvidersUrl: origin
    .optional()
    .describe('How browsers and the broker reach its identity providers.'),
});

export const configFileSchema = z.strictObject({
  baseUrl: origin
    .optional()
    .describe('The address people use, an origin. http only on this machine; https means production.'),
  listen,
  dataDir: file.optional().describe('Where the embedded store and generated keys live; ./data by default.'),
  store: z
    .string()
    .regex(/^(?:sqlite$|postgres(?:ql)?:\/\/)/, 'write sqlite, or a URL that starts with postgres://')
    .max(4096)
    .optional()
    .describe('sqlite (in dataDir), or postgres://user:password@host/database.'),
  storeFile: file.optional().describe('A file that holds what store would say.'),
  node: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'use 1 to 63 letters, digits and ._-')
    .optional()
    .describe('Names this node’s audit chain; unlike every other node’s on one store.'),
  masterKey: secret.optional().describe('32 random bytes in base64, by reference: ${DAYPASS_MASTER_KEY}.'),
  masterKeyFile: file.optional().describe('A file that holds what masterKey would say.'),
  sessions,
  accessTokens: z
    .strictObject({ lifeSeconds: z.int().min(60).max(43_200).default(3_600) })
    .prefault({})
    .describe('Access tokens of applications.'),
  personalTokens: z
    .strictObject({
      maximumDays: z.int().min(1).max(365).default(90).describe('The longest life a person can give one.'),
      signInDays: z
        .int()
        .min(1)
        .max(365)
        .default(30)
        .describe('How long one works after its person last signed in.'),
    })
    .prefault({})
    .describe('Tokens that people make for their own scripts.'),
  awsClients: z
    .strictObject({
      deviceCodes: z
        .boolean()
        .default(true)
        .describe('Sign-ins of AWS clients by a code that is typed or compared on another device.'),
      startUrl: z
        .url({ protocol: /^https$/ })
        .default('https://daypass.awsapps.com/start')
        .describe(
          'What the AWS CLI is told as its start URL; it insists on a name of AWS’s, and never asks it.',
        ),
      profileName: z
        .string()
        .refine(isProfileNameTemplate, PROFILE_NAME_HINT)
        .default('{account}-{role}')
        .describe(
          'What the profiles of a generated ~/.aws/config are called: {account}, {accountId}, {environment}, {role} (its name in IAM), {roleId}, and text.',
        ),
    })
    .prefault({})
    .describe('The AWS CLI, SDKs and tools that sign in by themselves.'),
  breakGlass: z
    .strictObject({
      secretHashes: z
        .array(z.string().regex(/^sha256:[0-9a-f]{64}$/, 'run: daypass new-secret'))
        .min(1)
        .max(10)
        .describe('Of the sealed secrets, each of which opens once. daypass new-secret makes them.'),
      sessionMinutes: z.int().min(15).max(60).default(30).describe('How long it stays open.'),
      networks: z
        .array(z.string().refine(isAddressOrSubnet, 'write an address or a subnet such as 10.0.0.0/8'))
        .max(64)
        .default([])
        .describe('Where it opens from; everywhere by default.'),
    })
    .optional()
    .describe('A way in for administrators while the identity provider is down. Off by default.'),
  administration: z
    .strictObject({
      secondPerson: z
        .enum(SECOND_PERSON)
        .default('never')
        .describe('Which changes of the catalogue another administrator has to approve.'),
    })
    .prefault({})
    .describe('What administrators are held to, and cannot change themselves.'),
  rateLimits,
  signingKeys,
  roleChecks: z
    .strictObject({
      everyHours: z
        .int()
        .min(0)
        .max(8_760)
        .default(0)
        .describe('How often every role is tried out with AWS; 0 for never.'),
    })
    .prefault({})
    .describe('Whether the roles’ trust policies still let Daypass in, found before somebody needs them.'),
  credentialSources: z
    .record(name, credentialSource)
    .default({})
    .describe('AWS credentials that the broker itself may sign with, by name.'),
  aws,
  secrets: z
    .record(name, secret)
    .default({})
    .describe('Secrets that the catalogue refers to by name, by reference: ${NAME}.'),
  secretFiles: z.record(name, file).default({}).describe('The same, each in a file of its own.'),
  access: file.optional().describe('The catalogue’s seed, read while the store holds none.'),
  sandbox: z
    .union([z.boolean(), sandboxSchema])
    .optional()
    .describe('The embedded AWS and identity providers, to try Daypass. Never in production.'),
  trustedProxies: z
    .array(z.string().refine(isAddressOrSubnet, 'write an address or a subnet such as 10.0.0.0/8'))
    .max(64)
    .default([])
    .describe('Proxies in front whose X-Forwarded-For is believed.'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error'])
    .optional()
    .describe(
      'info by default; warn without a configuration file, when somebody tries Daypass in a terminal.',
    ),
});

export type ConfigFile = z.infer<typeof configFileSchema>;

/**
 * SimpleSAMLphp (Debian's package of that name) as an identity provider of its own on loopback: a configuration to
 * throw away in a temporary directory, PHP's own web server, no other service.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCertifiedKey } from '../support/self-signed-certificate.ts';
import { freePorts } from '../support/start-test-broker.ts';

export interface SimpleSamlPhp {
  readonly baseUrl: string;
  readonly metadataUrl: string;
  /** Makes service providers known, by their own metadata; read anew at each request. */
  trust(serviceProviders: readonly TrustedServiceProvider[]): Promise<void>;
  /** What its web server and itself have said. */
  log(): string;
  close(): Promise<void>;
}

export interface TrustedServiceProvider {
  readonly metadata: string;
  /** Options of SimpleSAMLphp's own for this service provider, as PHP. */
  readonly options?: string;
}

/** Whoever signs in there. */
export const PERSON = { user: 'erin.engel', password: 'a-password-of-the-test' } as const;

export async function startSimpleSamlPhp(installation: string): Promise<SimpleSamlPhp> {
  const directory = await mkdtemp(join(tmpdir(), 'simplesamlphp-'));
  const [port] = await freePorts();
  const baseUrl = `http://127.0.0.1:${port}/simplesaml`;
  await writeConfiguration(directory, baseUrl);
  await mkdir(join(directory, 'www'));
  await symlink(join(installation, 'www'), join(directory, 'www/simplesaml'));
  const server = spawn(
    'php',
    ['-d', 'display_errors=0', '-S', `127.0.0.1:${port}`, '-t', join(directory, 'www')],
    {
      env: {
        PATH: process.env['PATH'],
        SIMPLESAMLPHP_CONFIG_DIR: join(directory, 'config'),
        PHP_CLI_SERVER_WORKERS: '2',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its workers are processes too: they end with their group.
      detached: true,
    },
  );
  let log = '';
  server.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
  server.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const metadataUrl = `${baseUrl}/saml2/idp/metadata.php`;
  await untilReady(metadataUrl, server, () => log);
  return {
    baseUrl,
    metadataUrl,
    trust: (serviceProviders) => writeTrusted(directory, serviceProviders),
    log: () => log,
    close: async () => {
      await stop(server);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string, server: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 200 && server.exitCode === null; tries += 1) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
    await answer?.body?.cancel();
    await sleep(50);
  }
  await stop(server);
  throw new Error(`SimpleSAMLphp does not answer: ${log()}`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('close', resolve));
  process.kill(-server.pid, 'SIGTERM');
  await ended;
}

async function writeConfiguration(directory: string, baseUrl: string): Promise<void> {
  const at = (name: string): string => join(directory, name);
  for (const name of ['config', 'metadata', 'cert', 'log', 'data', 'temp', 'sessions']) await mkdir(at(name));
  await chmod(directory, 0o700);
  const key = createCertifiedKey('SimpleSAMLphp');
  await writeFile(at('cert/idp.key'), key.privateKey, { mode: 0o600 });
  await writeFile(at('cert/idp.crt'), key.certificate);
  await writeFile(at('config/config.php'), configPhp(directory, baseUrl));
  await writeFile(at('config/authsources.php'), AUTHSOURCES);
  await writeFile(at('metadata/saml20-idp-hosted.php'), hostedPhp(baseUrl));
  await writeTrusted(directory, []);
}

function configPhp(directory: string, baseUrl: string): string {
  const path = (name: string): string => `'${directory}/${name}/'`;
  return `<?php
$config = [
  'baseurlpath' => '${baseUrl}/',
  'certdir' => ${path('cert')},
  'loggingdir' => ${path('log')},
  'datadir' => ${path('data')},
  'tempdir' => ${path('temp')},
  'metadatadir' => ${path('metadata')},
  'metadata.sources' => [['type' => 'flatfile', 'directory' => ${path('metadata')}]],
  'secretsalt' => 'a-salt-of-the-test',
  'auth.adminpassword' => 'nobody-administers-this',
  'timezone' => 'UTC',
  'logging.handler' => 'errorlog',
  'logging.level' => SimpleSAML\\Logger::INFO,
  'showerrors' => true,
  'errorreporting' => false,
  'production' => true,
  'session.cookie.secure' => false,
  'session.cookie.samesite' => 'Lax',
  'session.phpsession.savepath' => ${path('sessions')},
  'store.type' => 'phpsession',
  'enable.saml20-idp' => true,
  'module.enable' => ['core' => true, 'saml' => true, 'exampleauth' => true],
  'trusted.url.domains' => null,
];
`;
}

const AUTHSOURCES = `<?php
$config = [
  'people' => [
    'exampleauth:UserPass',
    '${PERSON.user}:${PERSON.password}' => [
      'uid' => ['${PERSON.user}'],
      'displayName' => ['Erin <Engel> & Co'],
      'mail' => ['erin.engel@example.com'],
      'groups' => ['engineering', 'Zoë’s group'],
    ],
  ],
];
`;

/** Signs all that it sends, and takes nothing from us that is not signed. */
function hostedPhp(baseUrl: string): string {
  return `<?php
$metadata['${baseUrl}/saml2/idp/metadata.php'] = [
  'host' => '__DEFAULT__',
  'privatekey' => 'idp.key',
  'certificate' => 'idp.crt',
  'auth' => 'people',
  'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'sign.logout' => true,
  'redirect.sign' => true,
  'validate.authnrequest' => true,
  'redirect.validate' => true,
  'validate.logout' => true,
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  'authproc' => [
    3 => [
      'class' => 'saml:AttributeNameID',
      'attribute' => 'uid',
      'Format' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    ],
  ],
];
`;
}

/** By its own reader of metadata: what we publish must be enough for it. */
async function writeTrusted(directory: string, trusted: readonly TrustedServiceProvider[]): Promise<void> {
  const entries = await Promise.all(
    trusted.map(async ({ metadata, options = '[]' }, index) => {
      const file = join(directory, `metadata/service-provider-${index}.xml`);
      await writeFile(file, metadata);
      return `$trust('${file}', ${options});`;
    }),
  );
  await writeFile(
    join(directory, 'metadata/saml20-sp-remote.php'),
    `<?php
$trust = function (string $file, array $options) use (&$metadata): void {
  foreach (SimpleSAML\\Metadata\\SAMLParser::parseDescriptorsFile($file) as $id => $entity) {
    $metadata[$id] = array_merge($entity->getMetadata20SP(), $options);
  }
};
${entries.join('\n')}
`,
  );
}

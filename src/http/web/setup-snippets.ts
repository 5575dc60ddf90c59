/** The lines to paste that the set-up page shows, each for one of the person's own roles. */
import { addressOf, type AwsConfigSettings, type AwsProfile } from '../../core/aws-config.ts';
import type { SetupPage } from './view-models.ts';

/** What stands in for a role where the person has none that tools may use. */
const NO_PROFILE = { name: 'your-profile', roleId: 'your-role', region: 'us-east-1' };

export function setupSnippets(
  { baseUrl, endpoints }: AwsConfigSettings,
  profile: AwsProfile | undefined,
): SetupPage['snippets'] {
  const chosen = profile === undefined ? NO_PROFILE : { ...profile, roleId: profile.role.id };
  const sts = endpoints.sts === undefined ? undefined : addressOf(endpoints.sts);
  return {
    ...terminalSnippets(baseUrl, chosen, sts),
    ...tokenSnippets(baseUrl, chosen),
    ...containerSnippets(baseUrl, chosen, sts),
    terraform: terraform(baseUrl, chosen, sts),
  };
}

type Chosen = typeof NO_PROFILE;
type Snippets<Name extends keyof SetupPage['snippets']> = Pick<SetupPage['snippets'], Name>;

const lines = (...text: readonly (string | undefined)[]): string =>
  text.filter((line) => line !== undefined).join('\n');

function terminalSnippets(
  baseUrl: string,
  { name, region }: Chosen,
  sts: string | undefined,
): Snippets<'login' | 'environmentSh' | 'environmentPowershell' | 'awsLogin' | 'models' | 'signOut'> {
  const variables = [
    ...['SSO', 'SSO_OIDC', 'SIGNIN'].map((service) => [`AWS_ENDPOINT_URL_${service}`, baseUrl] as const),
    ...(sts === undefined ? [] : [['AWS_ENDPOINT_URL_STS', sts] as const]),
  ];
  const file = 'endpoint-rule-set-1.json';
  return {
    login: lines(`aws sso login --profile ${name}`, `aws sts get-caller-identity --profile ${name}`),
    environmentSh: `export ${variables.map(([variable, value]) => `${variable}='${value}'`).join(' ')}`,
    environmentPowershell: variables.map(([variable, value]) => `$Env:${variable} = '${value}'`).join('; '),
    awsLogin: lines(`aws login --region ${region}`, 'aws sts get-caller-identity'),
    models: lines(
      `for service in sso sso-oidc; do`,
      `  curl -sSf --create-dirs -o ~/.aws/models/$service/2019-06-10/${file} ${baseUrl}/setup/${file}`,
      'done',
    ),
    signOut: `aws sso logout --profile ${name}`,
  };
}

function tokenSnippets(
  baseUrl: string,
  { name, roleId, region }: Chosen,
): Snippets<'tokenSh' | 'tokenPowershell' | 'saveSh' | 'savePowershell' | 'oneLiner'> {
  const accept = 'application/vnd.daypass.credential-process+json';
  return {
    tokenSh: lines(
      '(umask 077; mkdir -p ~/.aws; rm -f ~/.aws/daypass-token; stty -echo; printf "Token: "; read -r token; stty echo; echo',
      ` printf 'Authorization: Bearer %s\\n' "$token" > ~/.aws/daypass-token)`,
    ),
    tokenPowershell: lines(
      'New-Item -ItemType Directory -Force "$HOME\\.aws" | Out-Null',
      `Read-Host Token -AsSecureString | ConvertFrom-SecureString | Set-Content "$HOME\\.aws\\daypass-token"`,
    ),
    saveSh: `curl -sSf --create-dirs -o ~/.aws/daypass.sh ${baseUrl}/setup/daypass.sh`,
    savePowershell: `Invoke-WebRequest -UseBasicParsing ${baseUrl}/setup/daypass.ps1 -OutFile "$HOME\\.aws\\daypass.ps1"`,
    oneLiner: lines(
      `[profile ${name}]`,
      `credential_process = sh -c 'curl -sSf -X POST -H "@$HOME/.aws/daypass-token" -H "Accept: ${accept}" ${baseUrl}/api/v1/roles/${roleId}/credentials'`,
      `region = ${region}`,
    ),
  };
}

function containerSnippets(
  baseUrl: string,
  { roleId, region }: Chosen,
  sts: string | undefined,
): Snippets<'containerSh' | 'docker' | 'kubernetes'> {
  const variables = (tokenFile: string): (readonly [string, string])[] => [
    ['AWS_CONTAINER_CREDENTIALS_FULL_URI', `${baseUrl}/api/v1/container-credentials/${roleId}`],
    ['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', tokenFile],
    ['AWS_REGION', region],
    ...(sts === undefined ? [] : [['AWS_ENDPOINT_URL_STS', sts] as const]),
  ];
  const mounted = '/var/run/secrets/daypass/token';
  return {
    containerSh: lines(...variables('/path/to/token').map(([name, value]) => `export ${name}='${value}'`)),
    docker: lines(
      'docker run --rm \\',
      `  --mount type=bind,source=/path/to/token,target=${mounted},readonly \\`,
      ...variables(mounted).map(([name, value]) => `  -e ${name}='${value}' \\`),
      '  amazon/aws-cli sts get-caller-identity',
    ),
    kubernetes: lines(
      'apiVersion: v1',
      'kind: Pod',
      'metadata:',
      '  name: my-application',
      'spec:',
      '  serviceAccountName: my-application',
      '  containers:',
      '    - name: main',
      '      image: amazon/aws-cli',
      '      args: [sts, get-caller-identity]',
      '      env:',
      ...variables(mounted).flatMap(([name, value]) => [
        `        - name: ${name}`,
        `          value: '${value}'`,
      ]),
      '      volumeMounts:',
      '        - name: daypass',
      `          mountPath: /var/run/secrets/daypass`,
      '          readOnly: true',
      '  volumes:',
      '    - name: daypass',
      '      projected:',
      '        sources:',
      '          - serviceAccountToken:',
      '              path: token',
      `              audience: '${baseUrl}'`,
      '              expirationSeconds: 3600',
    ),
  };
}

function terraform(baseUrl: string, { name, region }: Chosen, sts: string | undefined): string {
  return lines(
    'provider "aws" {',
    `  profile = "${name}"`,
    `  region  = "${region}"`,
    '  endpoints {',
    `    sso = "${baseUrl}"`,
    sts === undefined ? undefined : `    sts = "${sts}"`,
    '  }',
    '}',
  );
}

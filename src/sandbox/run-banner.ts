import type { LongTermKey } from './aws/organization/world.ts';
import type { RunningSandbox } from './options.ts';

/** What the terminal shows once everything listens: where to go, and lines to paste into another terminal. */
export function runBanner({ aws, awsUrl, identityProvidersUrl }: RunningSandbox, dataDir: string): string {
  const keys = aws.world.accounts.flatMap(({ id, users }) =>
    users.flatMap(({ name }) => aws.world.keyOf(id, name) ?? []),
  );
  const [first] = keys;
  const others = keys.map((key) => `    ${nameOf(key)}`);
  return `
  The sandbox is ready.

  Its AWS                 ${awsUrl}  (open it: accounts, roles, recent calls and why they were refused)
  The identity providers  ${identityProvidersUrl}
  Its key is kept in      ${dataDir}
${first === undefined ? '' : tryIt(awsUrl, first)}
  Users with a key; GET ${awsUrl}/_sandbox/organization/accounts/ACCOUNT/users/NAME/credentials
  answers with it, as credential_process wants it:
${others.join('\n')}

  Everything here is a sandbox on this machine: no real AWS account is touched. Stop with Ctrl-C.

`;
}

function tryIt(awsUrl: string, key: LongTermKey): string {
  return `
  To try it with the AWS CLI as ${nameOf(key)}, paste into another terminal:

    export AWS_ENDPOINT_URL=${awsUrl}
    export AWS_REGION=us-east-1
    export AWS_ACCESS_KEY_ID=${key.id}
    export AWS_SECRET_ACCESS_KEY=${key.secret.reveal()}
    unset AWS_SESSION_TOKEN AWS_PROFILE
    aws sts get-caller-identity
`;
}

function nameOf({ accountId, user }: LongTermKey): string {
  return user === undefined ? `the root user of ${accountId}` : `${accountId} ${user.name}`;
}

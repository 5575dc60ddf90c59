/** Applies what an onboarding prints to the sandbox's IAM, each form by what reads it in the real world. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateSAMLProviderCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import type { AccountPieces, IamPiece } from '../../../src/core/onboarding/onboarding.ts';
import { findAwsCli } from '../aws-cli.ts';
import type { Credentials } from '../start-sandbox-aws.ts';
import { piecesOfTemplate } from './read-cloudformation.ts';
import { piecesOfTerraform } from './read-terraform.ts';

export interface OnboardedAccount extends AccountPieces {
  readonly cli: string;
  readonly cloudFormation?: object;
  readonly terraform?: string;
}

export const FORMS = ['json', 'cli', 'cloudFormation', 'terraform'] as const;
export type Form = (typeof FORMS)[number];

interface Place {
  readonly awsUrl: string;
  readonly credentials: Credentials;
}

export async function applyForm(account: OnboardedAccount, form: Form, place: Place): Promise<void> {
  switch (form) {
    case 'json':
      return applyPieces(account.pieces, place);
    case 'cli':
      return runCommands(account.cli, place);
    case 'cloudFormation':
      return applyPieces(piecesOfTemplate(account.cloudFormation ?? {}), place);
    case 'terraform':
      return applyPieces(await piecesOfTerraform(account.terraform ?? ''), place);
  }
}

/** By the real IAM client, as somebody would who reads the JSON. */
export async function applyPieces(
  pieces: readonly IamPiece[],
  { awsUrl, credentials }: Place,
): Promise<void> {
  const iam = new IAMClient({ region: 'us-east-1', endpoint: awsUrl, credentials, maxAttempts: 1 });
  try {
    for (const piece of pieces) await applyPiece(iam, piece);
  } finally {
    iam.destroy();
  }
}

async function applyPiece(iam: IAMClient, piece: IamPiece): Promise<unknown> {
  switch (piece.kind) {
    case 'saml-provider':
      return iam.send(
        new CreateSAMLProviderCommand({ Name: piece.name, SAMLMetadataDocument: piece.metadata }),
      );
    case 'openid-provider':
      return iam.send(
        new CreateOpenIDConnectProviderCommand({ Url: piece.issuer, ClientIDList: [...piece.clientIds] }),
      );
    case 'role':
      return iam.send(
        new CreateRoleCommand({
          RoleName: piece.name,
          Path: piece.path,
          MaxSessionDuration: piece.maximumSeconds,
          AssumeRolePolicyDocument: JSON.stringify(piece.trustPolicy),
        }),
      );
    case 'permission': {
      const { principalName, policyName, document } = piece;
      const policy = { PolicyName: policyName, PolicyDocument: JSON.stringify(document) };
      return piece.of === 'user'
        ? iam.send(new PutUserPolicyCommand({ UserName: principalName, ...policy }))
        : iam.send(new PutRolePolicyCommand({ RoleName: principalName, ...policy }));
    }
  }
}

/** As pasted into a terminal whose `aws` is the real one; the first command that fails ends it. */
export async function runCommands(commands: string, { awsUrl, credentials }: Place): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'daypass-onboarding-'));
  try {
    const bin = join(home, 'bin');
    await mkdir(bin);
    await symlink(await findAwsCli(), join(bin, 'aws'));
    await promisify(execFile)('bash', ['-e', '-c', commands], {
      timeout: 120_000,
      env: {
        PATH: `${bin}:${process.env['PATH'] ?? ''}`,
        HOME: home,
        AWS_CONFIG_FILE: join(home, 'config'),
        AWS_SHARED_CREDENTIALS_FILE: join(home, 'credentials'),
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_MAX_ATTEMPTS: '1',
        AWS_PAGER: '',
        AWS_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: awsUrl,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

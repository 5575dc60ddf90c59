/** One row for each bound of a parameter: a call that keeps to all others, and how STS names the one it does not. */
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithSAMLCommand,
  type AssumeRoleWithSAMLCommandInput,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  GetAccessKeyInfoCommand,
  type GetAccessKeyInfoCommandInput,
  GetFederationTokenCommand,
  type GetFederationTokenCommandInput,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
} from '@aws-sdk/client-sts';
import { DEVELOPMENT, PRODUCTION, type TestSandboxAws, TOOLS } from '../support/start-sandbox-aws.ts';
import { type Answer, told } from './ask.ts';
import type { Rule } from './rule.ts';
import { user } from './sts-calls.ts';

export const SECTION = '2.2 Parameters';
export const TEXTS = '1.6 ValidationError texts';

type Ask = (sandbox: TestSandboxAws) => Promise<Answer>;

/** Undefined leaves a parameter out. */
type Changes<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

export function assumeRole(changes: Changes<AssumeRoleCommandInput>): Ask {
  const input = {
    RoleArn: `arn:aws:iam::${PRODUCTION}:role/Ec2Operator`,
    RoleSessionName: 'erin',
    ...changes,
  };
  return (sandbox) =>
    told(sandbox.client(sandbox.keyOf(TOOLS, 'daypass-broker')).send(new AssumeRoleCommand(input)));
}

export function withSaml(changes: Changes<AssumeRoleWithSAMLCommandInput>): Ask {
  const input = {
    RoleArn: `arn:aws:iam::${DEVELOPMENT}:role/ReadOnly`,
    PrincipalArn: `arn:aws:iam::${DEVELOPMENT}:saml-provider/daypass`,
    SAMLAssertion: 'AAAA',
    ...changes,
  };
  return (sandbox) => told(sandbox.client(user(sandbox)).send(new AssumeRoleWithSAMLCommand(input)));
}

export function withWebIdentity(changes: Changes<AssumeRoleWithWebIdentityCommandInput>): Ask {
  const input = {
    RoleArn: `arn:aws:iam::${DEVELOPMENT}:role/DataAnalyst`,
    RoleSessionName: 'erin',
    WebIdentityToken: 'e30.e30.e30',
    ...changes,
  };
  return (sandbox) => told(sandbox.client(user(sandbox)).send(new AssumeRoleWithWebIdentityCommand(input)));
}

export function federationToken(changes: Changes<GetFederationTokenCommandInput>): Ask {
  const input = { Name: 'erin', ...changes };
  return (sandbox) =>
    told(sandbox.client(sandbox.keyOf(TOOLS, 'reports')).send(new GetFederationTokenCommand(input)));
}

export function sessionToken(changes: Changes<GetSessionTokenCommandInput>): Ask {
  return (sandbox) =>
    told(
      sandbox.client(user(sandbox)).send(new GetSessionTokenCommand(changes as GetSessionTokenCommandInput)),
    );
}

export function accessKeyInfo(changes: Changes<GetAccessKeyInfoCommandInput>): Ask {
  return (sandbox) =>
    told(
      sandbox
        .client(user(sandbox))
        .send(new GetAccessKeyInfoCommand(changes as GetAccessKeyInfoCommandInput)),
    );
}

/** The only thing wrong with a call. Whether the value is repeated is not certain for every parameter. */
export function violation(rule: string, ask: Ask, at: string, constraint: string): Rule {
  const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return {
    section: SECTION,
    rule,
    confidence: 'quoted',
    ask,
    answer: {
      status: 400,
      code: 'ValidationError',
      message: new RegExp(
        `^1 validation error detected: Value (?:'[^]*' )?at '${literal(at)}' failed to satisfy constraint: ${literal(constraint)}$`,
      ),
    },
  };
}

/** What is required and not there. */
export function missing(rule: string, ask: Ask): Rule {
  return {
    section: SECTION,
    rule,
    confidence: 'known',
    ask,
    answer: { status: 400, code: 'ValidationError' },
  };
}

export const atLeast = (length: number): string =>
  `Member must have length greater than or equal to ${length}`;
export const atMost = (length: number): string => `Member must have length less than or equal to ${length}`;
export const noLess = (value: number): string => `Member must have value greater than or equal to ${value}`;
export const noMore = (value: number): string => `Member must have value less than or equal to ${value}`;
export const matching = (pattern: string): string =>
  `Member must satisfy regular expression pattern: ${pattern}`;

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AuthorizationMessages } from '../../src/sandbox/aws/sts/authorization-messages.ts';
import { World } from '../../src/sandbox/aws/organization/world.ts';
import { SandboxKey } from '../../src/sandbox/aws/sandbox-key.ts';
import { assumeRoleWorld, HOME } from '../conformance/assume-role-world.ts';

const AT = new Date('2026-11-23T12:00:00Z');
const account = new World(assumeRoleWorld({})).findAccount(HOME);

function failureWith(keys: ReadonlyMap<string, readonly string[]>) {
  if (account === undefined) throw new Error('there is no such account');
  return {
    caller: {
      kind: 'root',
      account,
      arn: `arn:aws:iam::${HOME}:root`,
      userId: HOME,
      entity: undefined,
      session: undefined,
      accessKeyId: 'none',
    },
    action: 'ec2:TerminateInstances',
    resource: `arn:aws:ec2:us-east-1:${HOME}:instance/i-0123456789abcdef0`,
    keys: new Map(keys),
    policies: { identity: [] },
    decision: {
      allowed: false,
      explicitDeny: false,
      reason: { why: 'no-allow', by: 'identity' },
      trace: [],
    },
  } as const;
}

describe('encoded authorization messages', () => {
  const messages = new AuthorizationMessages(new SandboxKey(randomBytes(32)));

  it('leave out conditions rather than be longer than can be decoded', () => {
    const keys = new Map(
      Array.from({ length: 100 }, (_, index) => [
        `aws:PrincipalTag/${index}`,
        [randomBytes(120).toString('hex')],
      ]),
    );
    const message = messages.encode(failureWith(keys), AT);
    expect(message.length).toBeLessThanOrEqual(10_240);
    const decoded = JSON.parse(messages.decode(message, HOME, AT) ?? '') as {
      context: { action: string; conditions: { items: { key: string }[] } };
    };
    expect(decoded.context.action).toBe('ec2:TerminateInstances');
    expect(decoded.context.conditions.items.map(({ key }) => key)).toContain('aws:ARN');
    expect(decoded.context.conditions.items.length).toBeLessThan(100);
  });

  it('are all different, so that nobody can compare what they hide', () => {
    const failure = failureWith(new Map());
    expect(messages.encode(failure, AT)).not.toBe(messages.encode(failure, AT));
  });

  it('are not read by another sandbox', () => {
    const other = new AuthorizationMessages(new SandboxKey(randomBytes(32)));
    const message = messages.encode(failureWith(new Map()), AT);
    expect(messages.decode(message, HOME, AT)).toBeDefined();
    expect(other.decode(message, HOME, AT)).toBeUndefined();
  });

  it.each(['', '!', 'AAAA', 'é'.repeat(40), 'A'.repeat(10_240)])('are not made of %j', (text) => {
    expect(messages.decode(text, HOME, AT)).toBeUndefined();
  });
});

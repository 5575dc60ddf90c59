import { assumeRole, atLeast, atMost, noLess, noMore, violation } from './parameter-calls.ts';
import type { Rule } from './rule.ts';

/* What AssumeRole takes about the token it makes: contexts that go into it, and a size. */

const contexts = (count: number) =>
  Array.from({ length: count }, () => ({
    ProviderArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter',
    ContextAssertion: 'assertion',
  }));

export const TOKEN_PARAMETER_RULES: readonly Rule[] = [
  violation(
    'No more than five contexts are provided',
    assumeRole({ ProvidedContexts: contexts(6) }),
    'providedContexts',
    atMost(5),
  ),
  violation(
    'A context’s provider is an ARN of 20 characters',
    assumeRole({ ProvidedContexts: [{ ProviderArn: 'IdentityCenter', ContextAssertion: 'assertion' }] }),
    'providedContexts.1.member.providerArn',
    atLeast(20),
  ),
  violation(
    'A context’s assertion has 4 characters',
    assumeRole({ ProvidedContexts: contexts(1).map((context) => ({ ...context, ContextAssertion: 'abc' })) }),
    'providedContexts.1.member.contextAssertion',
    atLeast(4),
  ),
  violation(
    'A context’s assertion has no more than 2,048 characters',
    assumeRole({
      ProvidedContexts: contexts(1).map((context) => ({ ...context, ContextAssertion: 'a'.repeat(2049) })),
    }),
    'providedContexts.1.member.contextAssertion',
    atMost(2048),
  ),
  violation(
    'A token is made no larger than 4,096 bytes on purpose',
    assumeRole({ MinimumSessionTokenSize: 4097 }),
    'minimumSessionTokenSize',
    noMore(4096),
  ),
  violation(
    'A token is made no smaller than nothing',
    assumeRole({ MinimumSessionTokenSize: -1 }),
    'minimumSessionTokenSize',
    noLess(0),
  ),
];

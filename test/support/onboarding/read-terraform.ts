/** Reads Terraform with Terraform's own parser, which the package carries. */
import { parse } from '@cdktn/hcl2json';
import type { IamPiece } from '../../../src/core/onboarding/onboarding.ts';
import type { PolicyDocument } from '../../../src/core/onboarding/policy-document.ts';

type Settings = Readonly<Record<string, unknown>>;

/** @throws for what is no HCL, and for settings that the resources have not */
export async function piecesOfTerraform(text: string): Promise<IamPiece[]> {
  const parsed = (await parse('onboarding.tf', text)) as {
    readonly resource: Readonly<Record<string, Readonly<Record<string, readonly Settings[]>>>>;
  };
  const resources = Object.entries(parsed.resource).flatMap(([type, named]) =>
    Object.values(named).flatMap((blocks) => blocks.map((settings) => ({ type, settings }))),
  );
  // A policy comes after what it is attached to, as Terraform's references would have it.
  const order = ['aws_iam_saml_provider', 'aws_iam_openid_connect_provider', 'aws_iam_role'];
  const rank = (type: string): number => (order.includes(type) ? order.indexOf(type) : order.length);
  return resources
    .toSorted((one, other) => rank(one.type) - rank(other.type))
    .map(({ type, settings }) => pieceOf(type, settings));
}

function pieceOf(type: string, settings: Settings): IamPiece {
  const take = (...names: readonly string[]): unknown[] => {
    const others = Object.keys(settings).filter((name) => !names.includes(name));
    if (others.length > 0) throw new Error(`${type} has no ${others.join(', ')}`);
    return names.map((name) => {
      const value = settings[name];
      if (value === undefined) throw new Error(`${type} needs ${name}`);
      return typeof value === 'string' ? unescaped(value) : value;
    });
  };
  switch (type) {
    case 'aws_iam_saml_provider': {
      const [name, metadata] = take('name', 'saml_metadata_document') as [string, string];
      return { kind: 'saml-provider', name, metadata };
    }
    case 'aws_iam_openid_connect_provider': {
      const [issuer, clientIds] = take('url', 'client_id_list') as [string, string[]];
      return { kind: 'openid-provider', issuer, clientIds };
    }
    case 'aws_iam_role': {
      const [name, path, maximumSeconds, trust] = take(
        'name',
        'path',
        'max_session_duration',
        'assume_role_policy',
      ) as [string, string, number, string];
      return { kind: 'role', name, path, maximumSeconds, trustPolicy: policyIn(trust) };
    }
    case 'aws_iam_user_policy':
    case 'aws_iam_role_policy': {
      const of = type === 'aws_iam_user_policy' ? 'user' : 'role';
      const [policyName, principalName, policy] = take('name', of, 'policy') as [string, string, string];
      return { kind: 'permission', of, principalName, policyName, document: policyIn(policy) };
    }
    default:
      throw new Error(`not expected: ${type}`);
  }
}

/** The parser leaves a template's escapes as they are; nothing else of a template may be in what is printed. */
function unescaped(text: string): string {
  if (/(?<![$])\$\{|(?<!%)%\{/.test(text)) throw new Error('a template in what should be plain text');
  return text.replaceAll('$${', '${').replaceAll('%%{', '%{');
}

function policyIn(text: string): PolicyDocument {
  return JSON.parse(text) as PolicyDocument;
}

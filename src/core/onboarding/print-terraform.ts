/** Terraform (and OpenTofu) for one account: https://registry.terraform.io/providers/hashicorp/aws, resources aws_iam_*. */
import type { AccountPieces, IamPiece } from './onboarding.ts';
import { policyText } from './policy-document.ts';

/** What a value is: text of one line, text of several, a number, a list. */
type Value = string | number | readonly string[] | { readonly lines: string };

export function printTerraform({ pieces }: AccountPieces): string {
  return pieces.map((piece) => resource(...resourceOf(piece))).join('\n');
}

type Resource = readonly [type: string, name: string, settings: Readonly<Record<string, Value>>];

function resourceOf(piece: IamPiece): Resource {
  switch (piece.kind) {
    case 'saml-provider': {
      const { name, metadata } = piece;
      return ['aws_iam_saml_provider', name, { name, saml_metadata_document: { lines: metadata } }];
    }
    case 'openid-provider': {
      const { issuer, clientIds } = piece;
      return ['aws_iam_openid_connect_provider', issuer, { url: issuer, client_id_list: clientIds }];
    }
    case 'role': {
      const { name, path, maximumSeconds, trustPolicy } = piece;
      const settings = { name, path, max_session_duration: maximumSeconds };
      return ['aws_iam_role', name, { ...settings, assume_role_policy: json(trustPolicy) }];
    }
    case 'permission': {
      const { of, principalName, policyName, document } = piece;
      const settings = { name: policyName, [of]: principalName, policy: json(document) };
      return [`aws_iam_${of}_policy`, policyName, settings];
    }
  }
}

function json(document: object): Value {
  return { lines: policyText(document, 2) };
}

function resource(type: string, name: string, settings: Readonly<Record<string, Value>>): string {
  const width = Math.max(...Object.keys(settings).map((key) => key.length));
  const lines = Object.entries(settings).map(([key, value]) => `  ${key.padEnd(width)} = ${hcl(value)}\n`);
  return `resource "${type}" "${identifier(name)}" {\n${lines.join('')}}\n`;
}

function hcl(value: Value): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if ('lines' in value) return heredoc(value.lines);
  return `[${value.map(quoted).join(', ')}]`;
}

function quoted(text: string): string {
  return literal(JSON.stringify(text));
}

/** A line of ours is never the mark alone: JSON and XML begin with a brace or a bracket. */
function heredoc(text: string): string {
  const lines = literal(text.trimEnd()).split('\n');
  return ['<<-DAYPASS', ...lines.map((line) => `    ${line}`), '  DAYPASS'].join('\n');
}

/** `${` and `%{` would begin a template, in quotes and heredocs alike. */
function literal(text: string): string {
  return text.replaceAll('${', '$${').replaceAll('%{', '%%{');
}

function identifier(name: string): string {
  const plain = name.replace(/^https?:\/\//, '').replaceAll(/[^A-Za-z0-9_-]+/g, '_');
  return /^[A-Za-z]/.test(plain) ? plain : `daypass_${plain}`;
}

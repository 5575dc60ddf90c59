/**
 * Reads a policy document for what goes wrong with trust: parties let in that nobody meant, and what is missing so that
 * a session works. Each finding has a stable code, a place, a sentence and, where one can be made, the patch.
 */
import { parsePolicy, PolicySyntaxError } from '../../iam/parse-policy.ts';
import type { Policy } from '../../iam/policy.ts';
import { applyPatch, type PatchOperation } from './json-patch.ts';
import { LINT_CODES, type LintCode } from './lint-codes.ts';
import { lintPermission } from './lint-permission.ts';
import { lintTrust } from './lint-trust.ts';
import type { SessionNeeds } from '../role-use.ts';

export const LINTED_KINDS = ['trust', 'identity', 'session'] as const;
export type LintedKind = (typeof LINTED_KINDS)[number];

/** What is known of the role whose document it is; every part of it may be missing. */
export interface LintFacts {
  /** The account that the role is in. */
  readonly accountId?: string;
  /** What the trust policy has to ask for. */
  readonly externalId?: string;
  /** Of AWS's sign-in service in the account's partition. */
  readonly samlRecipient?: string;
  readonly needs?: SessionNeeds;
}

export interface LintFinding {
  readonly code: LintCode;
  readonly severity: 'error' | 'warning';
  /** `Statement[0].Principal`, or `Policy` for the whole. */
  readonly where: string;
  readonly text: string;
  /** RFC 6902, on the document as it is. */
  readonly patch?: readonly PatchOperation[];
}

export interface LintReport {
  readonly findings: readonly LintFinding[];
  /** With every patch; absent where there is none. */
  readonly patched?: object;
}

/** What a rule found; its code says the rest. */
export interface Found {
  readonly code: LintCode;
  readonly where: string;
  /** In place of the code's own sentence. */
  readonly text?: string;
  readonly patch?: readonly PatchOperation[];
}

export function lintPolicy(text: string, kind: LintedKind, facts: LintFacts = {}): LintReport {
  const parsed = parse(text, kind);
  if ('refused' in parsed) return { findings: [finding(parsed.refused)] };
  const { policy, document } = parsed;
  const found = [...tooLong(document, kind), ...rulesOf(policy, document, { kind, facts })];
  const patched = patchAll(document, { kind, facts });
  return { findings: found.map(finding), ...(patched === document ? {} : { patched }) };
}

interface Linted {
  readonly kind: LintedKind;
  readonly facts: LintFacts;
}

function rulesOf(policy: Policy, document: object, { kind, facts }: Linted): Found[] {
  return kind === 'trust' ? lintTrust(policy, document, facts) : lintPermission(policy);
}

/** More patches than any document needs. */
const MOST_PATCHES = 100;

/** One after the other, each for what the ones before it have made: two might write to the same place. */
function patchAll(document: object, linted: Linted): object {
  let patched = document;
  for (let patches = 0; patches < MOST_PATCHES; patches += 1) {
    const policy = parsePolicy(JSON.stringify(patched), linted.kind);
    const next = rulesOf(policy, patched, linted).find(({ patch }) => patch !== undefined);
    if (next?.patch === undefined) break;
    patched = applyPatch(patched, next.patch);
  }
  return patched;
}

function finding({ code, where, text, patch }: Found): LintFinding {
  const { severity, text: usual } = LINT_CODES[code];
  return { code, severity, where, text: text ?? usual, ...(patch === undefined ? {} : { patch }) };
}

type Parsed = { readonly policy: Policy; readonly document: object } | { readonly refused: Found };

function parse(text: string, kind: LintedKind): Parsed {
  try {
    return { policy: parsePolicy(text, kind), document: JSON.parse(text) as object };
  } catch (error) {
    if (!(error instanceof PolicySyntaxError)) throw error;
    return { refused: { code: 'policy.syntax', where: error.where, text: error.message } };
  }
}

/** Quotas of the IAM User Guide, and what of them AWS raises on request. White space does not count. */
const LONGEST: Readonly<Record<LintedKind, { readonly usual: number; readonly most: number }>> = {
  trust: { usual: 2_048, most: 4_096 },
  session: { usual: 2_048, most: 2_048 },
  // Of all inline policies of a role together; a user's may have 2,048.
  identity: { usual: 2_048, most: 10_240 },
};

function tooLong(document: object, kind: LintedKind): Found[] {
  const size = JSON.stringify(document).length;
  const { usual, most } = LONGEST[kind];
  if (size <= usual) return [];
  const code = size > most ? 'policy.too-long' : 'policy.long';
  const limit = code === 'policy.too-long' ? most : usual;
  return [
    { code, where: 'Policy', text: `${LINT_CODES[code].text} It has ${size} characters; ${limit} fit.` },
  ];
}

import type { z } from 'zod';
import { type Finding, printWord } from './problem.ts';

/** What a schema found, in the form of everything else that is found. */
export function schemaFindings(error: z.ZodError): Finding[] {
  return error.issues.flatMap((issue): Finding[] => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    if (issue.code !== 'unrecognized_keys') return [{ path, message: messageOf(issue) }];
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `there is no setting ${printWord(key)} here`,
    }));
  });
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_type') return issue.message;
  if (issue.message.endsWith('received undefined')) return `is missing: write a ${issue.expected}`;
  const quotes = issue.expected === 'string' ? ', in quotes where it looks like a number' : '';
  return `write a ${issue.expected}${quotes}`;
}

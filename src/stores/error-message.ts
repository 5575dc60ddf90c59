/** What an error says, in one line. A refused connection to a name with two addresses says it in its parts only. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message.replaceAll(/\s+/g, ' ').trim();
}

import type { Config } from '../config/config.ts';
import type { CatalogueFacts } from '../core/catalogue-problems.ts';

/** What a catalogue has to fit. */
export function factsOf({ baseUrl, credentialSources, secrets }: Config): CatalogueFacts {
  return {
    credentialSources,
    secretNames: new Set(secrets.keys()),
    allowHttp: baseUrl.startsWith('http:'),
  };
}

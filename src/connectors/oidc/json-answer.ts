import { BrokerError } from '../../core/errors.ts';
import type { FetchedAnswer } from '../limited-fetch.ts';
import { parseObject, type JsonObject } from './strict-json.ts';

/** What a protected address of the provider answered. @throws BrokerError `idp.unavailable`, `oidc.type`, `oidc.groups` */
export function readJsonAnswer(answer: FetchedAnswer, whose: string): JsonObject {
  if (answer.status !== 200) {
    throw new BrokerError('idp.unavailable', { detail: `${whose} answered ${answer.status}` });
  }
  if (!/^application\/(?:[\w.+-]+\+)?json *(?:;|$)/i.test(answer.contentType)) {
    // Such as application/jwt: a signed answer that nobody here asked for, and that is not verified.
    throw new BrokerError('oidc.type', { detail: `${whose} did not answer in JSON` });
  }
  const parsed = parseObject(answer.body);
  if (parsed.kind === 'overlong') {
    throw new BrokerError('oidc.groups', { detail: `${whose} answered with more values than groups may be` });
  }
  if (parsed.kind !== 'object') {
    throw new BrokerError('idp.unavailable', { detail: `${whose} answered with no clear JSON object` });
  }
  return parsed.value;
}

import { ARN, type TextRule } from './parameter-reader.ts';

/** The constraints of STS's own model (botocore `sts/2011-06-15/service-2.json`). */

const NAME_PATTERN = /^[\w+=,.@-]*$/;
const POLICY_PATTERN = /^[\t\n\r\u0020-\u00FF]+$/;
const POLICY_PATTERN_TEXT = '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+';

export const ROLE_ARN = ARN;
export const ROLE_SESSION_NAME: TextRule = { min: 2, max: 64, pattern: NAME_PATTERN };
export const FEDERATED_NAME: TextRule = { min: 2, max: 32, pattern: NAME_PATTERN };
export const SOURCE_IDENTITY: TextRule = { min: 2, max: 64, pattern: NAME_PATTERN };
export const EXTERNAL_ID: TextRule = {
  min: 2,
  max: 1224,
  pattern: /^[\w+=,.@:/-]*$/,
  patternText: '[\\w+=,.@:\\/-]*',
};
export const SERIAL_NUMBER: TextRule = { min: 9, max: 256, pattern: /^[\w+=/:,.@-]*$/ };
export const TOKEN_CODE: TextRule = {
  min: 6,
  max: 6,
  pattern: /^\d*$/,
  patternText: '[\\d]*',
  sensitive: true,
};
export const ACCESS_KEY_ID: TextRule = { min: 16, max: 128, pattern: /^\w*$/, patternText: '[\\w]*' };

/** AssumeRole's shape has no maximum; the finished token has one. */
export const UNRESTRICTED_POLICY: TextRule = {
  min: 1,
  pattern: POLICY_PATTERN,
  patternText: POLICY_PATTERN_TEXT,
};
export const POLICY: TextRule = { ...UNRESTRICTED_POLICY, max: 2048 };

export const SAML_ASSERTION: TextRule = { min: 4, max: 100_000, sensitive: true };
export const WEB_IDENTITY_TOKEN: TextRule = { min: 4, max: 20_000, sensitive: true };
export const PROVIDER_ID: TextRule = { min: 4, max: 2048 };

export const ENCODED_MESSAGE: TextRule = { min: 1, max: 10_240, sensitive: true };

export const ROLE_DURATION = { min: 900, max: 43_200 } as const;
export const USER_DURATION = { min: 900, max: 129_600 } as const;
export const MINIMUM_TOKEN_SIZE = { min: 0, max: 4096 } as const;

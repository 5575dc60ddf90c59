import type { ConditionKeys } from '../../access/request-context.ts';

/*
 * Which attributes of an assertion a trust policy can ask about, and by which name.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 */

const EDU_PERSON = [
  'edupersonaffiliation',
  'edupersonnickname',
  'edupersonorgdn',
  'edupersonorgunitdn',
  'edupersonprimaryaffiliation',
  'edupersonprincipalname',
  'edupersonentitlement',
  'edupersonprimaryorgunitdn',
  'edupersonscopedaffiliation',
  'edupersontargetedid',
  'edupersonassurance',
];
const EDU_ORG = [
  'eduorghomepageuri',
  'eduorgidentityauthnpolicyuri',
  'eduorglegalname',
  'eduorgsuperioruri',
  'eduorgwhitepagesuri',
];
const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

const KEY_BY_ATTRIBUTE: ReadonlyMap<string, string> = new Map([
  ...EDU_PERSON.map((key, index) => [`urn:oid:1.3.6.1.4.1.5923.1.1.1.${index + 1}`, key] as const),
  ...EDU_ORG.map((key, index) => [`urn:oid:1.3.6.1.4.1.5923.1.2.1.${index + 2}`, key] as const),
  ['urn:oid:2.5.4.3', 'cn'],
  ['2.5.4.3', 'commonName'],
  ['2.5.4.4', 'surname'],
  ['2.5.4.42', 'givenName'],
  // As AWS's guide prints it.
  ['2.4.5.42', 'givenName'],
  ['2.5.4.45', 'x500UniqueIdentifier'],
  ['0.9.2342.19200300.100.1.1', 'uid'],
  ['0.9.2342.19200300.100.1.3', 'mail'],
  ['0.9.2342.19200300.100.1.45', 'organizationStatus'],
  [`${CLAIMS}/name`, 'name'],
  ['http://schemas.xmlsoap.org/claims/CommonName', 'commonName'],
  [`${CLAIMS}/givenname`, 'givenName'],
  [`${CLAIMS}/surname`, 'surname'],
  [`${CLAIMS}/emailaddress`, 'mail'],
  ['http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid', 'uid'],
]);

export function samlAttributeKeys(attributes: ReadonlyMap<string, readonly string[]>): ConditionKeys {
  const keys: ConditionKeys = new Map();
  for (const [name, values] of attributes) {
    const key = KEY_BY_ATTRIBUTE.get(name);
    if (key === undefined || values.length === 0) continue;
    keys.set(`saml:${key}`, [...(keys.get(`saml:${key}`) ?? []), ...values]);
  }
  return keys;
}

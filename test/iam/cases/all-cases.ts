import { ACCOUNT_CASES } from './accounts.ts';
import { ACTION_AND_RESOURCE_CASES } from './actions-and-resources.ts';
import type { DecisionCase } from './decision-case.ts';
import { ADDRESS_CASES } from './address-conditions.ts';
import { MEASURED_CASES } from './measured-conditions.ts';
import { SET_CASES } from './set-conditions.ts';
import { STRING_CASES } from './string-conditions.ts';
import { DENY_CASES } from './explicit-denies.ts';
import { FEDERATED_TRUST_CASES } from './federated-trust.ts';
import { ORGANIZATION_CASES } from './organizations.ts';
import { RESOURCE_POLICY_CASES } from './resource-policies.ts';
import { TRUST_CASES } from './trust-policies.ts';
import { VARIABLE_CASES } from './variables.ts';

/** Every table, by what it is about. */
export const CASES: Readonly<Record<string, readonly DecisionCase[]>> = {
  'whom a resource’s policy names': RESOURCE_POLICY_CASES,
  'what is needed in which account': ACCOUNT_CASES,
  'what an organization holds back': ORGANIZATION_CASES,
  'who may assume a role': TRUST_CASES,
  'who without an account may assume a role': FEDERATED_TRUST_CASES,
  'an explicit deny': DENY_CASES,
  'actions and resources': ACTION_AND_RESOURCE_CASES,
  'policy variables': VARIABLE_CASES,
  'texts and missing keys in conditions': STRING_CASES,
  'numbers, dates, booleans and bytes in conditions': MEASURED_CASES,
  'addresses and ARNs in conditions': ADDRESS_CASES,
  'several values and several conditions': SET_CASES,
};

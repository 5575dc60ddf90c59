/**
 * The one stronger sign-in that both identity providers can vouch for. Nobody has a device here: whoever picks
 * a person says whether they came with a second factor.
 */
export const SECOND_FACTOR = 'https://refeds.org/profile/mfa';

/** RFC 8176: what a sign-in with a second factor was done by. */
export const SECOND_FACTOR_METHODS: readonly string[] = ['pwd', 'otp'];

/** The field of the page on which a visitor picks who to be. */
export const SECOND_FACTOR_FIELD = 'second-factor';

export function cameWithSecondFactor(form: URLSearchParams): boolean {
  return form.get(SECOND_FACTOR_FIELD) === 'yes';
}

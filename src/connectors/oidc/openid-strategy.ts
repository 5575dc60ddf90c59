import passport from 'passport';
import type { Request } from 'express';
import type { StrategyOutcome } from '../run-strategy.ts';

/**
 * OpenID Connect as a Passport strategy for one step of one sign-in. The library's own strategy keeps state
 * in a session, takes its address from the Host header and leaves out the nonce, hence this one.
 */
export class OpenIdStrategy<User> extends passport.Strategy {
  override readonly name = 'openid';
  readonly #step: () => Promise<StrategyOutcome<User>>;

  constructor(step: () => Promise<StrategyOutcome<User>>) {
    super();
    this.#step = step;
  }

  override authenticate(_request: Request): void {
    this.#step().then(
      (outcome) => {
        if (outcome.kind === 'redirect') this.redirect(outcome.url);
        else this.success(outcome.user as object);
      },
      (error: unknown) => this.error(error),
    );
  }
}

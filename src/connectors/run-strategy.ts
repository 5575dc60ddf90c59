import passport from 'passport';

/** What a Passport strategy decided. */
export type StrategyOutcome<User> =
  { readonly kind: 'redirect'; readonly url: string } | { readonly kind: 'user'; readonly user: User };

/** Our own strategies and the SAML library's are of this shape for Passport. */
type AnyStrategy = InstanceType<typeof passport.Strategy> | Parameters<typeof passport.use>[1];

interface StrategyRun {
  readonly strategy: AnyStrategy;
  readonly request: object;
  /** What the strategy may see of the request: the rest has not been checked. */
  readonly body?: Readonly<Record<string, string>>;
  readonly options?: object;
}

type Middleware = (request: unknown, response: unknown, next: (error?: unknown) => void) => void;

/**
 * Runs one strategy through Passport, without sessions, and returns what it decided instead of letting it
 * write: the door alone answers. The strategy must be fresh, since Passport hangs the request's callbacks on it.
 */
export function runStrategy<User>(run: StrategyRun): Promise<StrategyOutcome<User>> {
  return new Promise((resolve, reject) => {
    const fail = (reason: unknown): void => {
      reject(reason instanceof Error ? reason : new Error('the strategy refused'));
    };
    const decided = (error: unknown, user: unknown): void => {
      const refused = user === undefined || user === null || user === false;
      if (refused || error instanceof Error) fail(error);
      else resolve({ kind: 'user', user: user as User });
    };
    const redirected = (url: string): void => {
      resolve({ kind: 'redirect', url });
    };
    const authenticator = new passport.Authenticator();
    const options = { ...run.options, session: false };
    const middleware = authenticator.authenticate(run.strategy, options, decided) as Middleware;
    middleware(viewOf(run.request, run.body ?? {}), answerRecorder(redirected), fail);
  });
}

/**
 * The request with an empty query and only the given body: strategies look for messages in places where
 * nobody has checked them (passport-saml takes SAMLResponse from the query of any route).
 */
function viewOf(request: object, body: Readonly<Record<string, string>>): unknown {
  return Object.create(request, {
    query: { value: Object.freeze({}) },
    body: { value: Object.freeze({ ...body }) },
  }) as unknown;
}

/** The part of a response that Passport touches when a strategy redirects. */
function answerRecorder(redirected: (url: string) => void): object {
  let location = '';
  return {
    statusCode: 200,
    setHeader(name: string, value: string) {
      if (name.toLowerCase() === 'location') location = value;
    },
    end: () => redirected(location),
  };
}

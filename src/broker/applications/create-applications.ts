/** Everything that applications do for themselves, joined. */
import {
  createApplicationAuthentication,
  type AuthenticationDependencies,
} from './authenticate-application.ts';
import {
  createIssueAccessToken,
  type IssueAccessToken,
  type IssueAccessTokenDependencies,
} from './issue-access-token.ts';
import {
  createOwnAccessTokens,
  type OwnAccessTokens,
  type OwnAccessTokensDependencies,
} from './own-access-tokens.ts';
import { createWorkloadTokens, type WorkloadTokens } from './workload-tokens.ts';

export interface Applications {
  readonly issueAccessToken: IssueAccessToken;
  readonly ownAccessTokens: OwnAccessTokens;
  readonly workloadTokens: WorkloadTokens;
}

type Dependencies = AuthenticationDependencies &
  Omit<IssueAccessTokenDependencies & OwnAccessTokensDependencies, 'authentication'>;

export function createApplications(given: Dependencies): Applications {
  const dependencies = { ...given, authentication: createApplicationAuthentication(given) };
  const issueAccessToken = createIssueAccessToken(dependencies);
  return {
    issueAccessToken,
    ownAccessTokens: createOwnAccessTokens(dependencies),
    workloadTokens: createWorkloadTokens({ ...dependencies, issueAccessToken }),
  };
}

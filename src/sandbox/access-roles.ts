/** Roles of the seed: every grant method, and the four situations that temporary credentials exist for. */
export function rolesYaml(awsUrl: string): string {
  return ['roles:', DEVELOPMENT, PRODUCTION, TOOLS].join('\n').replaceAll('{console}', `${awsUrl}/console`);
}

const DEVELOPMENT = `  # --- Example Development -------------------------------------------------------------------------
  - id: development-readonly
    accountId: "222233334444"
    roleName: ReadOnly
    label: Read only
    description: "Situation 4: somebody signed in elsewhere; AWS believes an assertion that Daypass signs."
    grant: { method: assume-role-with-saml }
    maximumDurationSeconds: 43200
    tags: { access: read }
  - id: development-developer
    accountId: "222233334444"
    roleName: Developer
    label: Developer
    description: "Situation 4, by SAML: up to 12 hours, without any AWS key in Daypass."
    grant: { method: assume-role-with-saml }
    maximumDurationSeconds: 43200
    consoleDestination: "{console}/ec2/home?region=us-east-1"
  - id: development-data-analyst
    accountId: "222233334444"
    roleName: DataAnalyst
    label: Data analyst
    description: "Situation 4, by OpenID Connect: AWS believes a token that Daypass makes for this one role."
    grant: { method: assume-role-with-web-identity, token: minted }
    maximumDurationSeconds: 43200
    consoleDestination: "{console}/s3/home"
  - id: development-data-analyst-own-token
    accountId: "222233334444"
    roleName: DataAnalystPassThrough
    label: Data analyst, own token
    description: "Situation 4, your own ID token passed on: AWS trusts the identity provider itself."
    grant: { method: assume-role-with-web-identity, token: user }
    maximumDurationSeconds: 43200
    consoleDestination: "{console}/s3/home"
`;

const PRODUCTION = `  # --- Example Production --------------------------------------------------------------------------
  - id: production-readonly
    accountId: "444455556666"
    roleName: ReadOnly
    label: Read only
    description: "Situation 4, by SAML, in another account: the same groups, other limits."
    grant: { method: assume-role-with-saml }
    maximumDurationSeconds: 43200
    tags: { access: read }
  - id: production-developer
    accountId: "444455556666"
    roleName: Developer
    label: Developer
    description: "Session tags: AWS learns department and cost centre from your identity provider."
    grant: { method: assume-role-with-saml }
    maximumDurationSeconds: 43200
    consoleDestination: "{console}/ec2/home?region=us-east-1"
  - id: production-developer-step-up
    accountId: "444455556666"
    roleName: Developer
    label: Developer after step-up
    description: "Step-up: asks for a sign-in of the last 15 minutes with a second factor, and brings you back."
    grant: { method: assume-role-with-saml }
    maximumDurationSeconds: 43200
    consoleDestination: "{console}/ec2/home?region=us-east-1"
    authentication:
      maximumAgeSeconds: 900
      contexts: ["https://refeds.org/profile/mfa"]
  - id: production-ec2-operator
    accountId: "444455556666"
    roleName: Ec2Operator
    label: EC2 operator
    description: "Situation 1: a user of Example Tools terminates an instance in Example Production, and no other."
    grant: { method: assume-role, credentialSource: tools-broker }
    maximumDurationSeconds: 43200
    consoleDestination: "{console}/ec2/home?region=us-east-1"
  - id: production-support-operator
    accountId: "444455556666"
    roleName: SupportOperator
    label: Support operator
    description: "Role chaining: reached through a hub role, therefore an hour at most."
    grant:
      method: assume-role
      credentialSource: tools-broker
      hubRoleArn: arn:aws:iam::111122223333:role/DaypassHub
    maximumDurationSeconds: 43200
`;

const TOOLS = `  # --- Example Tools -------------------------------------------------------------------------------
  - id: tools-cost-reader
    accountId: "111122223333"
    roleName: ExampleCorpCostReader
    label: Cost reader for Example Corp
    description: "Situation 2: a third party works in our account, with the external ID that we agreed on."
    grant: { method: assume-role, credentialSource: example-corp, externalId: "12345" }
    maximumDurationSeconds: 3600
    consoleDestination: "{console}/s3/home"
  - id: tools-cost-reader-without-id
    accountId: "111122223333"
    roleName: ExampleCorpCostReader
    label: Cost reader, no external ID
    description: "Situation 2: the same role without an external ID. AWS refuses: the confused deputy."
    grant: { method: assume-role, credentialSource: example-corp }
    maximumDurationSeconds: 3600
  - id: tools-cost-reader-other-id
    accountId: "111122223333"
    roleName: ExampleCorpCostReader
    label: Cost reader, another external ID
    description: "Situation 2: the same role with somebody else's external ID. AWS refuses."
    grant: { method: assume-role, credentialSource: example-corp, externalId: "99999" }
    maximumDurationSeconds: 3600
  - id: tools-edge-list-buckets
    accountId: "111122223333"
    roleName: EdgeListBuckets
    label: Edge function
    description: "Situation 3: a role for an AWS service. No person gets it; the sandbox's front page plays Lambda."
    grant: { method: assume-role, credentialSource: tools-broker }
    maximumDurationSeconds: 3600
    reservedForServices: [lambda.amazonaws.com, edgelambda.amazonaws.com]
  - id: tools-reports
    accountId: "111122223333"
    roleName: reports
    label: Reports
    description: "GetFederationToken: the rights of one IAM user, narrowed by a session policy, up to 36 hours."
    grant: { method: get-federation-token, credentialSource: reports }
    maximumDurationSeconds: 129600
    consoleDestination: "{console}/s3/home"
  - id: tools-session
    accountId: "111122223333"
    roleName: tools
    label: Tools with MFA
    description: "GetSessionToken: an IAM user's session with MFA. The sandbox's front page shows the current code."
    grant:
      method: get-session-token
      credentialSource: tools
      mfaSerialNumber: arn:aws:iam::111122223333:mfa/tools
    maximumDurationSeconds: 129600
`;

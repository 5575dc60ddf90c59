/** Mappings of the seed. People come through two connectors, and a mapping speaks of one: hence twice each. */
export function mappingsYaml(): string {
  return [
    'mappings:',
    ofPeople('sandbox-saml', 'saml'),
    ofPeople('sandbox-oidc', 'oidc'),
    OWN_TOKEN,
    OF_APPLICATIONS,
  ].join('\n');
}

function ofPeople(connector: string, suffix: string): string {
  return OF_PEOPLE.replaceAll('{connector}', connector).replaceAll('{suffix}', suffix);
}

const OF_PEOPLE = `  # --- people of {connector} ---
  - id: engineering-development-{suffix}
    connector: {connector}
    groups: [engineering]
    roles: { ids: [development-readonly, development-developer, development-data-analyst] }
    limits: { defaultDurationSeconds: 3600, maximumDurationSeconds: 43200 }
    note: Engineers work in Example Development.
  - id: engineering-production-{suffix}
    connector: {connector}
    groups: [engineering]
    roles: { ids: [production-readonly, production-ec2-operator, tools-edge-list-buckets] }
    limits: { defaultDurationSeconds: 3600, maximumDurationSeconds: 14400 }
    note: Engineers look at Example Production and operate its instances.
  - id: engineering-reports-{suffix}
    connector: {connector}
    groups: [engineering]
    roles: { ids: [tools-reports] }
    limits:
      defaultDurationSeconds: 43200
      maximumDurationSeconds: 129600
      # Required: without a session policy the credentials would have none of the user's rights.
      sessionPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: [s3:ListBucket, s3:GetObject]
            Resource:
              - arn:aws:s3:::example-tools-cost-reports
              - arn:aws:s3:::example-tools-cost-reports/*
  - id: payments-leads-{suffix}
    connector: {connector}
    groups: [payments-leads]
    roles: { ids: [production-developer, production-developer-step-up] }
    limits:
      defaultDurationSeconds: 3600
      maximumDurationSeconds: 28800
      sessionTags:
        - { key: department, fromAttribute: department, transitive: true }
        - { key: costCenter, fromAttribute: costCenter }
    note: The tags let policies in AWS tell payments from the rest; department stays through role chaining.
  - id: payments-support-{suffix}
    connector: {connector}
    attributes: { department: [payments] }
    roles: { ids: [production-support-operator] }
    limits: { maximumDurationSeconds: 3600 }
    note: By attribute, whatever the groups.
  - id: administrators-s3-{suffix}
    order: 50
    connector: {connector}
    groups: [daypass-administrators]
    roles: { tags: { access: read } }
    limits:
      managedPolicyArns: [arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess]
    note: Comes before what engineers have; the page offers both.
  - id: alex-tools-{suffix}
    connector: {connector}
    users: [alex.admin]
    roles: { ids: [tools-session] }
    limits: { defaultDurationSeconds: 43200, maximumDurationSeconds: 129600 }
    note: One person, by subject.
  - id: contractors-{suffix}
    connector: {connector}
    groups: [contractors]
    roles: { pattern: tools-cost-reader* }
    limits: { maximumDurationSeconds: 3600 }
    note: Example Corp reads our cost reports.
`;

const OWN_TOKEN = `  # Only people of the OpenID connector have an ID token of their own.
  - id: engineering-own-token
    connector: sandbox-oidc
    groups: [engineering]
    roles: { ids: [development-data-analyst-own-token] }
    limits: { maximumDurationSeconds: 43200 }
`;

const OF_APPLICATIONS = `  # --- applications ---
  - id: billing-report
    applications: [billing-report]
    roles: { ids: [production-readonly, development-data-analyst] }
    limits: { defaultDurationSeconds: 900, maximumDurationSeconds: 3600 }
    note: The nightly billing report reads; an hour is enough.
`;

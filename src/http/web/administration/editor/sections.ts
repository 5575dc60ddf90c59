/** How an entry's form is laid out, and what it says beside each field. A field that is not here comes last. */
import type { CatalogueList } from '../../../../core/catalogue.ts';
import type { FieldKind } from './fields.ts';

interface Words {
  readonly label: string;
  readonly hint?: string;
  /** Where the schema alone does not tell. */
  readonly kind?: FieldKind;
}

export interface FormSection {
  readonly title: string;
  /** By path. */
  readonly fields: Readonly<Record<string, Words>>;
  /** Opened only by whoever needs it. */
  readonly folded?: true;
}

interface Form {
  /** What one entry is called. */
  readonly noun: string;
  readonly sections: readonly FormSection[];
}

const MAPPING: Form = {
  noun: 'mapping',
  sections: [
    { title: 'Name', fields: { id: { label: 'Id', hint: 'a-z, 0-9 and -; the audit record names it.' } } },
    {
      title: 'Who',
      fields: {
        connector: { label: 'Identity provider' },
        groups: { label: 'Groups', hint: 'One a line, exactly as they arrive.' },
        users: { label: 'People', hint: 'One a line: the subject of each, exactly as it arrives.' },
        attributes: {
          label: 'Attributes',
          hint: 'name=value, one a line. Each name must arrive with one of its values, beside the groups and people; alone, they are the whole condition.',
        },
        applications: { label: 'Applications', hint: 'One a line, by id.' },
      },
    },
    {
      title: 'Which roles',
      fields: {
        'roles.ids': { label: 'Roles', hint: 'One a line, by id. Everything below adds to them.' },
        'roles.accounts': { label: 'Every role of these accounts', hint: 'One a line, 12 digits.' },
        'roles.pattern': { label: 'Roles whose id fits', hint: '* stands for any letters, ? for one.' },
        'roles.tags': { label: 'Roles with all of these tags', hint: 'name=value, one a line.' },
      },
    },
    {
      title: 'Within which limits',
      fields: {
        'limits.maximumDurationSeconds': { label: 'Longest session, in seconds' },
        'limits.defaultDurationSeconds': { label: 'Usual session, in seconds' },
        'limits.sessionPolicy': {
          label: 'Session policy',
          hint: 'An IAM policy document as JSON. The session may do what both this and the role allow.',
        },
        'limits.managedPolicyArns': { label: 'Managed policies', hint: 'ARNs, one a line, 10 at most.' },
        'limits.sessionTags': {
          label: 'Session tags',
          hint: 'As JSON: [{ "key": "team", "value": "payments" }, { "key": "department", "fromAttribute": "dept", "transitive": true }]',
        },
        'limits.sourceIdentity': {
          label: 'Source identity',
          hint: 'Off only where a trust policy cannot allow sts:SetSourceIdentity.',
        },
      },
    },
    {
      title: 'When and why',
      fields: {
        validFrom: { label: 'Valid from', hint: 'With its zone, as 2030-01-31T09:00:00Z. Empty: at once.' },
        validUntil: {
          label: 'Valid until',
          hint: 'Credentials handed out before live on until they expire.',
        },
        owner: { label: 'Owner', hint: 'Who answers for it.' },
        note: { label: 'Note', hint: 'What it is for.' },
        order: { label: 'Order', hint: 'Of several mappings that give one role, the lowest is used.' },
      },
    },
  ],
};

const ROLE: Form = {
  noun: 'role',
  sections: [
    {
      title: 'Which role',
      fields: {
        id: { label: 'Id', hint: 'a-z, 0-9 and -; programs ask for it by this.' },
        accountId: { label: 'Account', hint: 'Its 12 digits.' },
        roleName: {
          label: 'Name in IAM',
          hint: 'With its path, without a leading slash. For federation and session tokens: the IAM user.',
        },
        label: { label: 'Shown as' },
        description: { label: 'Description' },
      },
    },
    {
      title: 'How credentials are got',
      fields: {
        'grant.method': { label: 'STS operation' },
        'grant.samlProviderName': { label: 'SAML provider in the account' },
        'grant.token': { label: 'Whose token', hint: 'minted: Daypass’s own. user: the person’s ID token.' },
        'grant.credentialSource': { label: 'Credential source', hint: 'A name in the configuration.' },
        'grant.externalId': { label: 'External ID' },
        'grant.hubRoleArn': {
          label: 'Hub role',
          hint: 'Assumed first; what follows is chained and lasts an hour at most.',
        },
        'grant.mfaSerialNumber': { label: 'MFA device', hint: 'Where the IAM user’s code is asked for.' },
        maximumDurationSeconds: {
          label: 'Longest session, in seconds',
          hint: 'The role’s MaxSessionDuration in IAM.',
        },
      },
    },
    {
      title: 'What a sign-in must have been',
      folded: true,
      fields: {
        'authentication.maximumAgeSeconds': { label: 'At most so many seconds ago' },
        'authentication.contexts': { label: 'One of these contexts', hint: 'One a line.' },
      },
    },
    {
      title: 'More',
      folded: true,
      fields: {
        tags: { label: 'Tags', hint: 'name=value, one a line. Mappings can choose roles by them.' },
        consoleDestination: { label: 'Where the console opens' },
        reservedForServices: {
          label: 'Only for these AWS services',
          hint: 'One a line, as lambda.amazonaws.com.',
        },
        'reuse.minimumLeftSeconds': {
          label: 'Hand out again while so many seconds are left',
          hint: 'Empty: every request gets credentials of its own.',
        },
      },
    },
  ],
};

const ACCOUNT: Form = {
  noun: 'account',
  sections: [
    {
      title: 'Which account',
      fields: {
        id: { label: 'Id', hint: 'Its 12 digits.' },
        name: { label: 'Name' },
        partition: { label: 'Partition' },
        environment: { label: 'Environment', hint: 'A word, as production.' },
        colour: { label: 'Colour' },
        owner: { label: 'Owner', hint: 'Whom to ask about it.' },
        tags: { label: 'Tags', hint: 'name=value, one a line.' },
      },
    },
    {
      title: 'How AWS is reached',
      fields: { stsEndpoint: { label: 'STS endpoint' }, region: { label: 'Region' } },
    },
  ],
};

const CONNECTOR: Form = {
  noun: 'connector',
  sections: [
    {
      title: 'Which identity provider',
      fields: {
        kind: { label: 'Protocol' },
        id: { label: 'Id', hint: 'a-z, 0-9 and -; part of its addresses, and of who people are.' },
        label: { label: 'Shown as' },
        preset: { label: 'Product', hint: 'Its usual names and habits; what is set below counts first.' },
      },
    },
    {
      title: 'Where it is',
      fields: {
        metadataUrl: { label: 'Address of its metadata' },
        metadata: { label: 'Its metadata', hint: 'The XML document, where it has no address.' },
        entityId: { label: 'Entity ID', kind: 'text' },
        ssoUrl: { label: 'Sign-in address', hint: 'Where there is no metadata.' },
        sloUrl: { label: 'Sign-out address' },
        certificates: {
          label: 'Signing certificates',
          hint: 'PEM, an empty line between two.',
          kind: 'blocks',
        },
        issuer: { label: 'Issuer' },
        clientId: { label: 'Client ID' },
        clientSecretName: { label: 'Client secret', hint: 'The name of a secret in the configuration.' },
        scopes: { label: 'Scopes', hint: 'One a line.' },
      },
    },
    {
      title: 'What its people are told by',
      fields: {
        subjectAttribute: { label: 'Subject', hint: 'An attribute in place of the NameID.' },
        groupsAttribute: { label: 'Groups' },
        emailAttribute: { label: 'E-mail' },
        displayNameAttribute: { label: 'Name' },
        groupsClaim: { label: 'Groups' },
        emailClaim: { label: 'E-mail' },
        displayNameClaim: { label: 'Name' },
      },
    },
  ],
};

const APPLICATION: Form = {
  noun: 'application',
  sections: [
    { title: 'Which application', fields: { id: { label: 'Id' }, name: { label: 'Name' } } },
    {
      title: 'How it proves itself',
      fields: {
        secretHashes: {
          label: 'Client secrets',
          hint: 'The hashes that daypass new-secret prints, one a line; two during a rotation.',
        },
        jwksUrl: { label: 'Where it publishes its keys' },
        keys: { label: 'Its public keys', hint: 'A JSON list of JWKs.' },
        workloads: { label: 'Tokens of its platform', hint: 'A JSON list: issuer, audience, conditions.' },
        certificates: {
          label: 'Client certificates',
          hint: 'A JSON list: sha256, or uri or dns with issuers.',
        },
      },
    },
    {
      title: 'For whom it may act',
      fields: { onBehalfOf: { label: 'People', hint: 'A JSON list: connector, audiences, roles.' } },
    },
  ],
};

const ADMINISTRATOR: Form = {
  noun: 'administrator',
  sections: [
    {
      title: 'Who',
      fields: {
        connector: { label: 'Identity provider' },
        groups: { label: 'Groups', hint: 'One a line, exactly as they arrive.' },
        users: { label: 'People', hint: 'One a line: the subject of each.' },
      },
    },
    {
      title: 'What they may do',
      fields: {
        may: { label: 'May', hint: 'all: change things. read: look at everything.' },
        accounts: { label: 'Only in these accounts', hint: 'One a line, 12 digits. Empty: everywhere.' },
      },
    },
  ],
};

const FORMS: Readonly<Record<CatalogueList, Form>> = {
  mappings: MAPPING,
  roles: ROLE,
  accounts: ACCOUNT,
  connectors: CONNECTOR,
  applications: APPLICATION,
  administrators: ADMINISTRATOR,
};

export function formOf(list: CatalogueList): Form {
  return FORMS[list];
}

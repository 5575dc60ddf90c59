/** The administration's pages, with what an attacker could have put into every text of them. */
import type {
  AdminPage,
  ChangePage,
  DifferenceView,
  EntryPage,
  FieldView,
  ListPage,
  OverviewPage,
  ProposalPage,
  ProposalView,
  VersionPage,
  VersionsPage,
  VersionView,
} from '../../src/http/web/administration/views.ts';
import type { ConnectorStatusPage } from '../../src/http/web/administration/connector-views.ts';
import type { ImportPage, RoleChecksPage } from '../../src/http/web/administration/setup-views.ts';
import type { PageFrame } from '../../src/http/web/view-models.ts';
import { buildFrame } from './page-builders.ts';
import { peopleModels } from './people-page-catalogue.ts';

interface CataloguePage {
  readonly name: string;
  readonly view: string;
  readonly model: PageFrame;
}

type Text = (index: number) => string;

export function adminPages(hostile: Text): CataloguePage[] {
  const plain: Text = (index) => ['engineering', 'production-readonly', 'Support needs it'][index % 3] ?? '';
  return [
    ...pagesOf('', plain),
    ...pagesOf('-hostile', hostile),
    { name: 'admin-entry-read-only', view: 'pages/admin-entry', model: entry(plain, 'Not yours.') },
    { name: 'admin-proposal-stale', view: 'pages/admin-proposal', model: staleProposal(hostile) },
    { name: 'admin-proposal-rejected', view: 'pages/admin-proposal', model: rejectedProposal(hostile) },
    { name: 'admin-change-second', view: 'pages/admin-change', model: change(plain, true, hostile(0)) },
    { name: 'admin-change-refused', view: 'pages/admin-change', model: change(hostile, false) },
  ];
}

function pagesOf(suffix: string, text: Text): CataloguePage[] {
  const models = {
    'admin-overview': overview(text),
    'admin-list': list(text),
    'admin-entry': entry(text, undefined),
    'admin-change': change(text, true),
    'admin-import': importPage(text),
    'admin-connector': connectorStatus(text),
    'admin-checks': roleChecks(text),
    'admin-versions': versions(text),
    'admin-version': version(text),
    ...peopleModels(text, frame),
    'admin-proposal': proposal(text),
  };
  return Object.entries(models).map(([name, model]) => ({
    name: `${name}${suffix}`,
    view: `pages/${name}`,
    model,
  }));
}

const frame = (title: string): AdminPage => ({
  ...buildFrame({ title, administers: true }),
  sections: [
    'Overview',
    'Mappings',
    'Roles',
    'Accounts',
    'Connectors',
    'Applications',
    'Administrators',
    'Changes',
  ].map((label, index) => ({ label, href: '/admin', isCurrent: index === 1 })),
  within: 'You may change roles of 222233334444, and mappings that give no other role.',
});

const about = (text: Text): VersionView => ({
  version: 7,
  href: '/admin/versions/7',
  at: '2030-01-31T09:00:00.000Z',
  ago: '2 days ago',
  author: `user:corp:${text(0)}`,
  approvedBy: `user:corp:${text(1)}`,
  reason: text(2),
});

const difference = (text: Text): DifferenceView => ({
  entries: (['added', 'removed', 'changed'] as const).map((kind, index) => ({
    kind,
    list: 'mappings',
    id: text(index),
    fields: kind === 'changed' ? [{ path: 'note', before: text(index), after: text(index + 1) }] : [],
  })),
  more: 3,
  reordered: ['roles'],
});

function overview(text: Text): OverviewPage {
  return {
    ...frame('Administration'),
    version: 7,
    counts: [{ label: 'Mappings', count: 20_000, href: '/admin/mappings' }],
    attention: [{ text: '3 roles that no mapping gives', href: '/admin/roles' }],
    changes: [about(text)],
  };
}

function list(text: Text): ListPage {
  return {
    ...frame('Mappings'),
    list: 'mappings',
    about: 'Who may use which roles, within which limits.',
    query: text(1),
    total: 20_000,
    matching: 120,
    rows: [0, 1, 2, 3, 4, 5, 6].map((index) => ({
      href: `/admin/mappings/${encodeURIComponent(text(index))}`,
      title: text(index),
      id: text(index + 1),
      badges: [{ text: text(index + 2), colour: 'red' }],
      facts: [text(index), text(index + 3)],
    })),
    newHref: '/admin/new/mappings',
    allHref: '/admin/mappings',
    previousHref: undefined,
    nextHref: '?q=x&page=2',
    page: 1,
    pages: 3,
  };
}

function entry(text: Text, readOnly: string | undefined): EntryPage {
  const fields = (['input', 'number', 'textarea', 'select'] as const).map((as, index) =>
    field(text, as, index),
  );
  return {
    ...frame('Mapping engineers'),
    noun: 'mapping',
    list: 'mappings',
    listHref: '/admin/mappings',
    isNew: false,
    readOnly,
    action: '/admin/mappings/engineers',
    version: 7,
    isStale: true,
    mistakes: [
      { text: text(0), fieldId: 'field-x0' },
      { text: text(1), fieldId: undefined },
    ],
    facts: [{ name: 'Gives', values: [{ text: text(0), href: '/admin/roles' }, { text: text(6) }] }],
    parts: [
      { title: 'Who', isFolded: false, fields },
      { title: 'More', isFolded: true, fields: [field(text, 'input', 9)] },
    ],
    find: text(2),
    hasSuggestions: true,
  };
}

function field(text: Text, as: FieldView['as'], index: number): FieldView {
  return {
    id: `field-x${index}`,
    name: `x${index}`,
    label: `Setting ${index}`,
    hint: text(index),
    as,
    value: text(index),
    isCode: true,
    isRequired: false,
    isFixed: index === 0,
    minimum: 900,
    maximum: 43_200,
    options: [0, 1].map((at) => ({ value: text(at), label: text(at), isChosen: at === 1 })),
    mistake: index === 2 ? text(3) : undefined,
    when: undefined,
    suggestions:
      as === 'textarea'
        ? [0, 1, 6].map((at) => ({ value: text(at), note: text(at + 1), isTicked: false }))
        : [],
    meter: as === 'textarea' ? { maximum: 2_048, used: 39, beside: 'field-x0' } : undefined,
  };
}

function change(text: Text, isPossible: boolean, needsSecondPerson?: string): ChangePage {
  return {
    ...frame('What this would change'),
    action: '/admin/change',
    fields: [{ name: 'edit', value: JSON.stringify({ list: 'mappings', id: text(1) }) }],
    isEditable: true,
    leaveHref: '/admin/mappings',
    mistakes: [text(0), text(6)],
    isStale: true,
    isReasonMissing: true,
    reason: text(2),
    plan: isPossible
      ? {
          refusal: undefined,
          needsSecondPerson,
          difference: difference(text),
          impact: [
            { verb: 'Gives', text: text(0), who: text(1), colour: 'green' },
            { verb: 'Takes', text: text(6), who: text(6), colour: 'red' },
            { verb: 'Changes', text: text(2), who: text(3), colour: 'amber' },
          ],
          moreRoles: 4,
          reached: 'It reaches 43 people, of everybody who ever signed in.',
        }
      : undefined,
  };
}

function importPage(text: Text): ImportPage {
  return {
    ...frame('Import'),
    fields: {
      kind: 'saml-roles',
      connector: text(0),
      credentialSource: text(1),
      text: text(2),
      role: text(3),
      list: 'roles',
    },
    kinds: [{ value: 'saml-roles', label: 'SAML role attributes' }],
    connectors: [0, 1].map((at) => ({ id: text(at), label: text(at + 1) })),
    problems: [text(4), text(6)],
    proposal: {
      found: '1 account, 1 role, 1 mapping',
      entries: JSON.stringify({ note: text(5) }, null, 2),
      notes: [true, false].map((isLeftOut, at) => ({ isLeftOut, place: 'line 2', message: text(at) })),
      moreNotes: 3,
      plan: {
        refusal: text(2),
        needsSecondPerson: undefined,
        difference: difference(text),
        impact: [{ verb: 'Gives', text: text(0), who: text(1), colour: 'green' }],
        moreRoles: 1,
        reached: 'It reaches nobody who ever signed in, and no application.',
      },
      version: 7,
      edits: JSON.stringify([{ list: 'roles', entry: { id: text(6) } }]),
      isTooMuch: true,
    },
  };
}

function connectorStatus(text: Text): ConnectorStatusPage {
  const rows = [0, 1, 6].map((at) => ({
    title: text(at),
    badges: [{ text: text(at + 1), colour: 'amber' }],
    facts: [text(at + 2), text(at + 3)],
  }));
  const facts = [0, 1, 6].map((at) => ({ name: text(at), values: [{ text: text(at + 1) }] }));
  return {
    ...frame(text(0)),
    settingsHref: '/admin/connectors/corp',
    tryHref: '/sign-in/corp',
    troubles: [
      { text: text(4), colour: 'red' },
      { text: text(6), colour: 'amber' },
    ],
    provider: facts,
    signedBy: rows,
    documents: rows,
    ours: facts,
    ourCertificates: rows,
    people: 10_000,
    refused: rows,
    newest: [0, 1].map((at) => ({
      href: '/admin/people/corp.0',
      label: text(at),
      subject: text(at + 1),
      email: undefined,
      connectorId: 'corp',
      signedInAt: '2030-01-31T09:00:00.000Z',
      signedInAgo: '2 days ago',
      state: 'active',
    })),
    attributes: [0, 1, 6].map((at) => ({ name: text(at), count: '3 of 10000', example: text(at + 1) })),
    groups: [0, 1, 6].map(text),
    moreAttributes: 3,
    moreGroups: 4,
  };
}

function roleChecks(text: Text): RoleChecksPage {
  const { rows } = list(text);
  return {
    ...frame('Role checks'),
    isWhole: false,
    otherHref: '/admin/checks?all=1',
    tried: 120,
    troubled: 60,
    untried: 3,
    rows,
    previousHref: undefined,
    nextHref: '?page=2',
    page: 1,
    pages: 2,
  };
}

function versions(text: Text): VersionsPage {
  return {
    ...frame('Changes'),
    proposals: [proposed(text)],
    versions: [about(text)],
    olderHref: '?before=7',
  };
}

const proposed = (text: Text): ProposalView => ({
  href: '/admin/proposals/x',
  at: '2030-01-31T09:00:00.000Z',
  ago: '2 hours ago',
  expires: 'in 6 days',
  author: `user:corp:${text(0)}`,
  reason: text(2),
});

/** As somebody else than its author sees it, who may decide it. */
function proposal(text: Text): ProposalPage {
  return {
    ...frame('Proposed change'),
    about: proposed(text),
    why: text(3),
    state: { text: 'waits for approval', colour: 'amber' },
    decision: undefined,
    obstacle: undefined,
    reach: {
      impact: [{ verb: 'Gives', text: text(0), who: text(1), colour: 'green' }],
      moreRoles: 0,
      reached: 'It reaches 1 person, of everybody who ever signed in.',
    },
    difference: difference(text),
    entries: JSON.stringify([{ list: 'roles', entry: { id: text(6) } }], null, 2),
    refusal: undefined,
    approveAction: '/admin/proposals/x/approve',
    rejectAction: '/admin/proposals/x/reject',
    withdrawAction: undefined,
    again: undefined,
  };
}

/** As its author sees it once the catalogue is another. */
function staleProposal(text: Text): ProposalPage {
  return {
    ...proposal(text),
    obstacle: text(0),
    reach: undefined,
    refusal: text(1),
    approveAction: undefined,
    rejectAction: undefined,
    withdrawAction: '/admin/proposals/x/withdraw',
    again: JSON.stringify([{ list: 'roles', entry: { id: text(6) } }]),
  };
}

function rejectedProposal(text: Text): ProposalPage {
  return {
    ...proposal(text),
    state: { text: 'rejected', colour: 'red' },
    decision: {
      text: `rejected 2 hours ago by ${text(4)}`,
      reason: text(2),
      versionHref: '/admin/versions/8',
    },
    approveAction: undefined,
    rejectAction: undefined,
  };
}

function version(text: Text): VersionPage {
  return {
    ...frame('Version 7'),
    about: about(text),
    difference: difference(text),
    isCurrent: true,
    mayGoBack: true,
  };
}

/** The administration's pages about people, with what an identity provider or a client could have put into their texts. */
import type {
  ExplainPage,
  PeoplePage,
  PersonPage,
  PersonRowView,
} from '../../src/http/web/administration/people-views.ts';
import type { AdminPage } from '../../src/http/web/administration/views.ts';
import { buildAccount, buildAuthorization, buildRole, buildRolesPage, buildStep } from './page-builders.ts';

type Text = (index: number) => string;
type Frame = (title: string) => AdminPage;

export function peopleModels(text: Text, frame: Frame): Record<string, AdminPage> {
  return {
    'admin-people': people(text, frame),
    'admin-person': person(text, frame),
    'admin-explain': explain(text, frame),
  };
}

const STATES = ['active', 'refused', 'disabled'] as const;

const row = (text: Text, index: number): PersonRowView => ({
  href: `/admin/people/corp.${String(index).repeat(64)}`,
  label: text(index),
  subject: text(index + 1),
  email: text(index + 2),
  connectorId: 'corp',
  signedInAt: '2030-01-31T09:00:00.000Z',
  signedInAgo: '2 days ago',
  state: STATES[index % 3] ?? 'active',
});

function people(text: Text, frame: Frame): PeoplePage {
  return {
    ...frame('People'),
    query: text(1),
    people: [0, 1, 2, 3, 4, 5, 6].map((index) => row(text, index)),
    isFirst: false,
    nextHref: '?after=x',
  };
}

function person(text: Text, frame: Frame): PersonPage {
  const role = buildRole({ label: text(2), why: `through group ${text(3)}`, roleName: text(4) });
  return {
    ...frame(text(0)),
    ...row(text, 2),
    principal: `user:corp:${text(1)}`,
    groups: [0, 1, 2, 3, 4, 5, 6].map(text),
    attributes: [0, 3].map((index) => ({ name: text(index), values: [text(index + 1), text(index + 2)] })),
    contexts: [text(3), text(4)],
    disabled: { at: '2030-01-31T10:00:00.000Z', by: `user:corp:${text(5)}`, reason: text(6) },
    roles: buildRolesPage({ accounts: [buildAccount({ name: text(1), roles: [role] })], query: text(2) }),
    explainHref: '/admin/explain?who=person&connector=corp',
    sessions: [0, 1].map((index) => ({
      browser: text(index),
      address: text(index + 1),
      signedInAgo: '2 hours ago',
      lastUsedAgo: 'a minute ago',
      endAction: `/admin/people/corp.x/sessions/${encodeURIComponent(text(index))}/end`,
    })),
    tokens: [2, 3].map((index) =>
      buildAuthorization({ label: text(index), address: text(index + 1), roles: [text(index + 2)] }),
    ),
    endAllAction: '/admin/people/corp.x/end',
    switchAction: '/admin/people/corp.x/enable',
    refusal: text(4),
    mayEnd: true,
    maySwitch: true,
  };
}

function explain(text: Text, frame: Frame): ExplainPage {
  return {
    ...frame('Explain'),
    fields: {
      role: text(0),
      who: 'groups',
      connector: text(0),
      subject: text(1),
      application: text(2),
      groups: [3, 4, 5].map(text).join('\n'),
      attributes: `team=${text(6)}`,
      contexts: text(1),
      purpose: 'credentials',
      mapping: text(2),
      durationSeconds: text(3),
      sessionPolicy: JSON.stringify({ Statement: text(4) }),
    },
    connectors: [0, 1].map((index) => ({ id: text(index), label: text(index + 1) })),
    problem: text(5),
    answer: {
      permitted: false,
      title: text(6),
      code: 'role.not_found',
      steps: [0, 1, 2, 3, 4, 5, 6].map((index) =>
        buildStep({ text: text(index), state: index === 6 ? 'failed' : 'ok', mendHref: '/admin/mappings' }),
      ),
      mappings: [0, 1].map((index) => ({
        id: text(index),
        href: `/admin/mappings/${encodeURIComponent(text(index))}`,
        lacks: [text(index + 2), text(index + 3)],
      })),
    },
  };
}

import type { DestinationField } from '../fields.ts';
import { SEVERITIES, type Severity } from '../message.ts';

/** What the fields of this destination declare; an absent value means what its field says. */
export interface ServicenowConfig {
  instanceUrl: string;
  auth?: 'basic' | 'oauth';
  username?: string;
  password?: string;
  clientId?: string;
  clientSecret?: string;
  mode?: 'table' | 'event';
  table?: string;
  assignmentGroup?: string;
  category?: string;
  callerId?: string;
  urgencies?: Partial<Record<Severity, string>>;
  impacts?: Partial<Record<Severity, string>>;
  createResolved?: boolean;
  resolvedState?: string;
  closeCode?: string;
  reopen?: boolean;
  reopenedState?: string;
  fields?: Record<string, string>;
  eventSource?: string;
  eventNode?: string;
}

const severityOptions = SEVERITIES.map((severity) => ({ value: severity, label: severity }));
const inTable = { field: 'mode', in: ['table'] } as const;
const inEvent = { field: 'mode', in: ['event'] } as const;

/** In the order of a form. */
export const SERVICENOW_FIELDS: readonly DestinationField[] = [
  {
    name: 'instanceUrl',
    label: 'Instance',
    kind: 'url',
    required: true,
    secret: false,
    help: 'Address of the instance, without a path.',
    placeholder: 'https://example.service-now.com',
  },
  {
    name: 'auth',
    label: 'Signs in with',
    kind: 'select',
    required: false,
    secret: false,
    help: 'A user of the instance, or an OAuth client of its application registry.',
    options: [
      { value: 'basic', label: 'User name and password' },
      { value: 'oauth', label: 'OAuth client credentials' },
    ],
    default: 'basic',
  },
  {
    name: 'username',
    label: 'User name',
    kind: 'text',
    required: true,
    secret: false,
    help: 'An integration user with the role itil or sn_incident_write; for events, evt_mgmt_integration.',
    when: { field: 'auth', in: ['basic'] },
  },
  {
    name: 'password',
    label: 'Password',
    kind: 'secret',
    required: true,
    secret: true,
    help: 'Of that user.',
    when: { field: 'auth', in: ['basic'] },
  },
  {
    name: 'clientId',
    label: 'Client ID',
    kind: 'text',
    required: true,
    secret: false,
    help: 'From System OAuth > Application Registry. The client needs an OAuth application user with the roles named above.',
    when: { field: 'auth', in: ['oauth'] },
  },
  {
    name: 'clientSecret',
    label: 'Client secret',
    kind: 'secret',
    required: true,
    secret: true,
    help: 'Of that client.',
    when: { field: 'auth', in: ['oauth'] },
  },
  {
    name: 'mode',
    label: 'Makes',
    kind: 'select',
    required: false,
    secret: false,
    help: 'Records of a table, such as incidents, or events that Event Management turns into alerts (needs ITOM).',
    options: [
      { value: 'table', label: 'Records of a table' },
      { value: 'event', label: 'Events of Event Management' },
    ],
    default: 'table',
  },
  {
    name: 'table',
    label: 'Table',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Name of a table that extends task: its records are found again by their correlation ID.',
    loads: true,
    when: inTable,
    default: 'incident',
    maxLength: 80,
  },
  {
    name: 'assignmentGroup',
    label: 'Assignment group',
    kind: 'text',
    required: false,
    secret: false,
    help: 'sys_id of the group that new records are assigned to. Absent: as the instance assigns them.',
    loads: true,
    when: inTable,
    maxLength: 32,
  },
  {
    name: 'category',
    label: 'Category',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Value of the category of new records, such as software.',
    loads: true,
    when: inTable,
    maxLength: 40,
  },
  {
    name: 'callerId',
    label: 'Caller',
    kind: 'text',
    required: false,
    secret: false,
    help: 'sys_id of the user who stands as caller of new incidents. Some instances demand one.',
    when: inTable,
    maxLength: 32,
  },
  {
    name: 'urgencies',
    label: 'Urgency by severity',
    kind: 'map',
    required: false,
    secret: false,
    help: '1 (high) to 3 (low). Absent: critical and high 1, medium and low 2, info 3.',
    options: severityOptions,
    when: inTable,
    maxLength: 1,
  },
  {
    name: 'impacts',
    label: 'Impact by severity',
    kind: 'map',
    required: false,
    secret: false,
    help: '1 (high) to 3 (low). Absent: critical 1, high and medium 2, low and info 3.',
    options: severityOptions,
    when: inTable,
    maxLength: 1,
  },
  {
    name: 'createResolved',
    label: 'Records for good news',
    kind: 'boolean',
    required: false,
    secret: false,
    help: 'Whether an event that leaves nothing to do makes a record where there is none yet; it is resolved at once. Otherwise such events only resolve what is there.',
    when: inTable,
    default: false,
  },
  {
    name: 'resolvedState',
    label: 'State when resolved',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Value of the state that a resolved record gets. Absent: 6 in incident, in other tables only a work note is added.',
    when: inTable,
    maxLength: 40,
  },
  {
    name: 'closeCode',
    label: 'Resolution code',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Value of close_code that a resolved record gets; names differ by release. Absent: "Solution provided" in incident.',
    loads: true,
    when: inTable,
    maxLength: 40,
  },
  {
    name: 'reopen',
    label: 'Reopen',
    kind: 'boolean',
    required: false,
    secret: false,
    help: 'Whether a resolved record is opened again when the trouble is back; else only a work note is added. A closed one is replaced.',
    when: inTable,
    default: true,
  },
  {
    name: 'reopenedState',
    label: 'State when reopened',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Value of the state that a reopened record gets. Absent: 2 in incident, in other tables only a work note is added.',
    when: inTable,
    maxLength: 40,
  },
  {
    name: 'fields',
    label: 'Other columns',
    kind: 'map',
    required: false,
    secret: false,
    help: 'Columns of new records and their values; templates may be used. ServiceNow ignores columns that the table lacks.',
    when: inTable,
    maxLength: 4_000,
  },
  {
    name: 'eventSource',
    label: 'Source of events',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Name of the monitoring tool that event rules see.',
    when: inEvent,
    default: 'Waybill',
    maxLength: 100,
  },
  {
    name: 'eventNode',
    label: 'Node of events',
    kind: 'text',
    required: false,
    secret: false,
    help: 'Host name, address or sys_id by which Event Management finds the configuration item. Absent: none.',
    when: inEvent,
    maxLength: 100,
  },
];

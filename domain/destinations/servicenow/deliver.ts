import type { DeliverInput, DeliverResult, Remote, Steps } from '../destination.ts';
import { httpsUrl } from '../https-url.ts';
import type { Message } from '../message.ts';
import { markedAsTest } from '../test-mark.ts';
import type { Verdict } from '../verdict.ts';
import { openSession, type Session } from './api.ts';
import type { ServicenowConfig } from './config.ts';
import { deliverEvent } from './event.ts';
import { hasNote, noteMark } from './notes.ts';
import { changeRecord, createRecord, findRecord, type Outcome, readRecord, type TicketRecord } from './records.ts';
import { type Settings, settingsOf } from './settings.ts';
import { columnText, renderCloseNotes, renderDescription, renderShortDescription, renderWorkNote } from './texts.ts';

/** One run about one record. */
interface Run {
  session: Session;
  settings: Settings;
  input: DeliverInput<ServicenowConfig>;
  message: Message;
}

const DELIVERED: Verdict = { kind: 'delivered' };
/** In vain, after which what was looked for is made. */
const MAX_SEARCHES = 4;

/** One record per subject, or one alert: made, noted upon, resolved and reopened. */
export function* deliver(input: DeliverInput<ServicenowConfig>): Steps<DeliverResult> {
  const settings = settingsOf(input.config);
  const session = openSession(settings, input.tokens, input.nowMs);
  const message = input.test ? markedAsTest(input.message) : input.message;
  if (settings.mode === 'event') return yield* deliverEvent(session, input, message);
  return yield* deliverRecord({ session, settings, input, message });
}

function* deliverRecord(run: Run): Steps<DeliverResult> {
  const standing = yield* standingRecord(run);
  if (standing.kind === 'stopped') return { verdict: standing.verdict };
  const record = standing.value;
  if (record === null) return yield* begin(run);
  if (record.closed) {
    const again = !run.message.resolved && !run.input.outdated && record.correlationDisplay !== createdBy(run.input);
    return again ? yield* begin(run) : { verdict: DELIVERED, remote: remoteOf(run, record) };
  }
  return yield* carryOn(run, record);
}

/** The record that stands for the subject: the one remembered, unless it is gone or closed and another has taken its place. */
function* standingRecord({ session, settings, input }: Run): Steps<Outcome<TicketRecord | null>> {
  let remembered: TicketRecord | null = null;
  if (input.remote?.place === placeOf(settings)) {
    const read = yield* readRecord(session, input.remote.id);
    if (read.kind === 'stopped') return read;
    remembered = read.value;
    if (remembered !== null && !remembered.closed) return read;
  }
  const found = yield* findRecord(session, input.subjectKey);
  return found.kind === 'ok' && found.value === null ? { kind: 'ok', value: remembered } : found;
}

/** Makes the record, if the message calls for one. */
function* begin(run: Run): Steps<DeliverResult> {
  const { session, settings, input, message } = run;
  // There is nothing left to say: no record that an outdated event could be noted on, none that good news could resolve.
  if (input.outdated) return { verdict: DELIVERED, remote: null };
  if (message.resolved && !settings.createResolved && !input.test) return { verdict: DELIVERED, remote: null };
  if (isToSearchAgain(input)) return { verdict: notSeenYet('record'), remote: null };
  const created = yield* createRecord(session, columnsOf(run));
  if (created.kind === 'stopped') return { verdict: created.verdict, remote: null };
  return message.resolved ? yield* carryOn(run, created.value) : done(run, created.value);
}

/** Notes the message on a record and brings it into the state that the message calls for, in one request. */
function* carryOn(run: Run, record: TicketRecord): Steps<DeliverResult> {
  const { session, input } = run;
  const created = record.correlationDisplay === createdBy(input);
  const noted = created ? { kind: 'ok' as const, value: true } : yield* isNoted(run, record);
  if (noted.kind === 'stopped') return { verdict: noted.verdict, remote: remoteOf(run, record) };
  // What came with a note came with it whole; what people have done since is not undone.
  if (noted.value && !created) return done(run, record);
  if (!noted.value && isToSearchAgain(input)) {
    return { verdict: notSeenYet('work note'), remote: remoteOf(run, record) };
  }
  const change = stateChange(run, record);
  const note = noted.value ? {} : { work_notes: renderWorkNote(run.message, noteMark(input.deliveryKey)) };
  const columns = { ...change.columns, ...note };
  if (Object.keys(columns).length === 0) return done(run, record);
  const changed = yield* changeRecord(session, change.step, record.id, columns);
  if (changed.kind === 'stopped') return { verdict: changed.verdict, remote: remoteOf(run, record) };
  return done(run, changed.value);
}

function* isNoted({ session, input }: Run, record: TicketRecord): Steps<Outcome<boolean>> {
  return yield* hasNote(session, record.id, input.deliveryKey, input.unsure !== null);
}

function stateChange({ settings, input, message }: Run, { state }: TicketRecord) {
  const { resolvedState, reopenedState, closeCode } = settings;
  const unchanged = { step: 'add a work note', columns: {} };
  if (input.outdated || resolvedState === '' || message.resolved === (state === resolvedState)) return unchanged;
  if (message.resolved) {
    const code = closeCode ? { close_code: closeCode } : {};
    return {
      step: 'resolve the record',
      columns: { state: resolvedState, ...code, close_notes: renderCloseNotes(message) },
    };
  }
  return reopenedState === '' ? unchanged : { step: 'reopen the record', columns: { state: reopenedState } };
}

function columnsOf({ settings, input, message }: Run): Record<string, string> {
  const { severity } = message;
  const configured = Object.entries(settings.columns).map(([name, text]) => [name, columnOf(name, text)]);
  return {
    short_description: renderShortDescription(message),
    description: renderDescription(message),
    urgency: settings.urgencies[severity],
    impact: settings.impacts[severity],
    ...Object.fromEntries(configured),
    correlation_id: input.subjectKey,
    correlation_display: createdBy(input),
  };
}

function columnOf(name: string, text: string): string {
  return name === 'short_description' ? renderShortDescription({ title: text }) : columnText(text);
}

/** In `correlation_display`: shows which delivery made a record, to people and when it is delivered again. */
function createdBy({ deliveryKey }: Run['input']): string {
  return `Waybill ${deliveryKey}`;
}

function isToSearchAgain({ unsure }: Run['input']): boolean {
  return unsure !== null && unsure.searches < MAX_SEARCHES;
}

function notSeenYet(what: string): Verdict {
  return { kind: 'ambiguous', message: `The ${what} that an earlier request may have made is not there yet` };
}

function done(run: Run, record: TicketRecord): DeliverResult {
  return { verdict: DELIVERED, remote: remoteOf(run, record) };
}

function remoteOf({ settings }: Run, record: TicketRecord): Remote {
  const page = `${settings.table}.do?sys_id=${record.id}`;
  return {
    place: placeOf(settings),
    id: record.id,
    name: record.number,
    link: httpsUrl(`${settings.instance}/nav_to.do?uri=${encodeURIComponent(page)}`),
    resolved: record.closed || (settings.resolvedState !== '' && record.state === settings.resolvedState),
  };
}

function placeOf({ instance, table }: Settings): string {
  return `${instance}/${table}`;
}

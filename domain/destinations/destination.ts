import type { ExchangeResult } from '../delivery/types.ts';
import type { EndpointRules } from '../dialects/rule-defaults.ts';
import type { DestinationField, FieldOption } from './fields.ts';
import type { Message } from './message.ts';
import type { Verdict } from './verdict.ts';

/** Destinations that are not plain HTTP calls, as the API spells them. */
export const NATIVE_KINDS = ['slack', 'teams', 'jira', 'servicenow'] as const;
export type NativeKind = (typeof NATIVE_KINDS)[number];

/** One request to a vendor. Secrets are in it as they are; whoever shows it masks them (`mask-exchange.ts`). */
export interface StepRequest {
  /** What it is for, in words, as people read it in a delivery's log: `look for the issue`. */
  step: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  url: string;
  headers: Record<string, string>;
  /** Empty with GET. */
  body: string;
  /** `true`: the answer holds a secret, such as an access token, and is never kept. */
  secretAnswer?: boolean;
}

/**
 * Requests made one after the other, each decided by the answers before it: pure, since whoever runs it makes the calls. The
 * value it returns says what came of them.
 */
export type Steps<Result> = Generator<StepRequest, Result, ExchangeResult>;

/** What is remembered of a message or ticket that stands for a subject. Only the destination that wrote it reads it. */
export interface Remote {
  /** Where it stands, such as a channel or a project: if the configuration names another, it is not used again. */
  place: string;
  id: string;
  /** What people call it (`DQ-24`, `INC0010002`); empty where it has no name. */
  name: string;
  /** Where people see it, https; null where that is not known. */
  link: string | null;
  /** Whether this destination has resolved it. */
  resolved: boolean;
}

/** All that a delivery to a native destination depends on; secrets are in `config`. */
export interface DeliverInput<Config> {
  config: Config;
  message: Message;
  /** Unique for the delivery and the same at every attempt: marks what this delivery has written. `[A-Za-z0-9_-]{1,64}`. */
  deliveryKey: string;
  /** Stands for (endpoint, subject), the same for all events of a subject: `wb-` and 40 hex digits. */
  subjectKey: string;
  /** What earlier deliveries of the subject left; null: nothing is known to exist. */
  remote: Remote | null;
  /** A later event of the subject has been applied: this one only adds a comment, and changes no state. */
  outdated: boolean;
  /**
   * An earlier request may have taken effect though no answer was seen: what it would have made is looked for before it is made
   * again. `searches`: how often it will have been looked for with this one, 1 for the first; after the fourth it is made anew. Null:
   * nothing of the kind.
   */
  unsure: { searches: number } | null;
  /** A test event: what people see says so. */
  test: boolean;
  tokens: TokenMemory;
  nowMs: number;
}

/** Access tokens kept in memory between attempts, by endpoint and its version. */
export interface TokenMemory {
  get(): string | undefined;
  set(token: string, expiresInMs: number): void;
  clear(): void;
}

/** What an attempt came to. `remote` is written whatever the verdict: a ticket may be made although its transition failed. */
export interface DeliverResult {
  verdict: Verdict;
  /** Undefined: as it was. Null: what was remembered is gone. */
  remote?: Remote | null;
}

/** A fault of a configuration, by field; an empty field name is about the whole. Texts hold no secret. */
export interface ConfigFault {
  field: string;
  rule: string;
}

/** What a look at the vendor with read-only calls found. */
export interface CheckResult {
  ok: boolean;
  /** What was found, in words: `signed in as waybill-bot`, `channel #alerts`. */
  found: string[];
  faults: ConfigFault[];
}

/** Fields whose values can be fetched, by name. `config` holds what was given so far and may lack anything else. */
export type OptionLoaders<Config> = Readonly<
  Record<string, (config: Partial<Config>, tokens: TokenMemory) => Steps<FieldOption[] | ConfigFault>>
>;

/** A kind of native destination. `Config` is what its fields declare, credentials included. */
export interface Destination<Config = Record<string, unknown>> {
  kind: NativeKind;
  title: string;
  /** One sentence for a form. */
  summary: string;
  fields: readonly DestinationField[];
  /** Rate rules of new endpoints; null: no limit. */
  rules: Pick<EndpointRules, 'ratePerSecond' | 'maxPerHour'>;
  /** Rules over several fields; those of single fields are checked before. Addresses are checked by the caller too. */
  check(config: Config): ConfigFault[];
  /** Where it goes, without any secret, absolute: stands as the endpoint's `url` in lists and titles. */
  address(config: Config): string;
  deliver(input: DeliverInput<Config>): Steps<DeliverResult>;
  /** The answer that a preview assumes to a request of `deliver`: nothing found, everything accepted. */
  assume(request: StepRequest): ExchangeResult;
  /** Read-only. */
  verify(config: Config, tokens: TokenMemory): Steps<CheckResult>;
  options: OptionLoaders<Config>;
}

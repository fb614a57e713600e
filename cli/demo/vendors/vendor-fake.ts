/** A request as a fake vendor got it. */
export interface VendorRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * What happens to the next request instead of the fake's own answer: a given answer (with `done` after the work is done all the
 * same), or `lost`: the work is done and the connection closed without an answer, or `hang`: nothing is done and nothing answered.
 */
export type Scripted =
  | { status: number; headers?: Record<string, string>; body?: string | object; done?: true }
  | 'lost'
  | 'hang';

/** A message or ticket as people would see it there. */
export interface VendorThing {
  id: string;
  title: string;
  /** Comments, thread replies or work notes. */
  notes: string[];
  /** How often it was changed beside the notes. */
  updates: number;
  resolved: boolean;
}

/** A small server that behaves like a vendor's, limits and errors included. */
export interface VendorFake {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  /** A configuration of the destination that works with it. */
  config: Record<string, unknown>;
  requests: VendorRequest[];
  /** In the order they were made. */
  things(): VendorThing[];
  /** What was refused, or accepted and would not have been shown, in words. */
  faults: string[];
  /** For the next requests, one each; `only` those whose method and path match. */
  script(answers: readonly Scripted[], only?: (request: VendorRequest) => boolean): void;
  close(): Promise<void>;
}

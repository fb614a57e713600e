/** One field that breaks a rule; `field` is a path such as `headers.0.name`. */
export interface FieldFault {
  field: string;
  rule: string;
}

/** A call that did not succeed. `message` is for people. `code` is the gateway's, see docs/errors.md, or `unreachable`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: string;
  /** 0: nothing answered. */
  readonly status: number;
  readonly faults: readonly FieldFault[];
  /** With it the operator finds the line in the log; null but for faults of Waybill itself. */
  readonly requestId: string | null;

  constructor(code: string, status: number, message: string, faults: readonly FieldFault[], requestId: string | null) {
    super(message);
    this.code = code;
    this.status = status;
    this.faults = faults;
    this.requestId = requestId;
  }

  /** The network or the server is away. */
  static unreachable(): ApiProblem {
    return new ApiProblem(
      'unreachable',
      0,
      'The server does not answer. Check your connection and try again.',
      [],
      null,
    );
  }

  /** Whether the session has ended, or never was. */
  get isSessionLost(): boolean {
    return this.code === 'portal_access_refused';
  }

  /** Whether there is no such thing, or it belongs to someone else. */
  get isNotFound(): boolean {
    return this.status === 404;
  }
}

/** Reads a problem document; answers that hold none, such as a proxy's, are told by their status. */
export function problemOf(status: number, body: unknown): ApiProblem {
  const document = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: unknown;
    title?: unknown;
    detail?: unknown;
    errors?: unknown;
    requestId?: unknown;
  };
  const faults = Array.isArray(document.errors) ? (document.errors as FieldFault[]) : [];
  const text = [document.detail, document.title].find((part) => typeof part === 'string' && part !== '');
  return new ApiProblem(
    typeof document.code === 'string' ? document.code : `http_${status}`,
    status,
    typeof text === 'string' ? text : `The server answered ${status}. Try again in a moment.`,
    faults,
    typeof document.requestId === 'string' ? document.requestId : null,
  );
}

/** A sentence for any fault. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiProblem) {
    return error.requestId === null ? error.message : `${error.message} (request ${error.requestId})`;
  }
  return error instanceof Error ? error.message : 'Something went wrong.';
}

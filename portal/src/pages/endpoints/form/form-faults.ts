import { ApiProblem, type FieldFault, wordsOf } from '../../../api/problem.ts';
import { FormFault } from './form-model.ts';

/** What keeps the form from being saved, each beside the field it is about. */
export interface FormFaults {
  /** The rule that a field breaks, by the API's name of it; parts of it count: `headers` has what is about `headers.0.name`. */
  of(field: string): string | undefined;
  /** For the summary above the form. */
  all: readonly string[];
}

export const NO_FAULTS: FormFaults = { of: () => undefined, all: [] };

/** Reads what the form or the server says of it. */
export function readFaults(error: unknown): FormFaults {
  if (error instanceof FormFault) return faultsOf([{ field: error.field, rule: error.message }], [error.message]);
  if (!(error instanceof ApiProblem) || error.faults.length === 0)
    return { of: () => undefined, all: [wordsOf(error)] };
  return faultsOf(
    error.faults,
    error.faults.map(({ field, rule }) => `${labelOf(field)} ${rule}`),
  );
}

function faultsOf(faults: readonly FieldFault[], all: readonly string[]): FormFaults {
  return {
    all,
    of: (name) => faults.find(({ field }) => field === name || field.startsWith(`${name}.`))?.rule,
  };
}

const LABELS: Readonly<Record<string, string>> = {
  url: 'The URL',
  eventTypes: 'The event types',
  headers: 'A custom header',
  basicAuth: 'Basic authentication',
  filter: 'The filter',
  retryDelaysMs: 'The retry schedule',
  timeoutMs: 'The timeout',
  secret: 'The secret',
  description: 'The name',
};

function labelOf(field: string): string {
  const [top = field, ...rest] = field.split('.');
  if (top === 'config' && rest.length > 0) return `“${rest.join('.')}”`;
  return LABELS[top] ?? `“${field}”`;
}

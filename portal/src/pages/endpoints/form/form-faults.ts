import { ApiProblem, type FieldFault, wordsOf } from '../../../api/problem.ts';
import { FormFault } from './form-model.ts';

/** What keeps the form from being saved, each beside the field it is about. */
export interface FormFaults {
  /** The rule that a field breaks, by the API's name of it; parts of it count: `headers` has what is about `headers.0.name`. */
  of(field: string): string | undefined;
  /** The others, once the field was changed. */
  without(field: string): FormFaults;
  /** For the summary above the form. */
  all: readonly string[];
}

export const NO_FAULTS: FormFaults = faultsOf([]);

/** Reads what the form or the server says of it. */
export function readFaults(error: unknown): FormFaults {
  if (error instanceof FormFault) return faultsOf([{ field: error.field, rule: error.message, words: error.message }]);
  if (!(error instanceof ApiProblem) || error.faults.length === 0) {
    return faultsOf([{ field: '', rule: '', words: wordsOf(error) }]);
  }
  return faultsOf(error.faults.map((fault) => ({ ...fault, words: `${labelOf(fault.field)} ${fault.rule}` })));
}

interface Fault extends FieldFault {
  /** The rule for a summary, with what it is about. */
  words: string;
}

function faultsOf(faults: readonly Fault[]): FormFaults {
  const isAbout = (fault: Fault, name: string) => fault.field === name || fault.field.startsWith(`${name}.`);
  return {
    all: faults.map(({ words }) => words),
    of: (name) => faults.find((fault) => isAbout(fault, name))?.rule,
    without: (name) => faultsOf(faults.filter((fault) => !isAbout(fault, name))),
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

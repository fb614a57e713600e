import type { DialectCatalogue, EventTypeDefinition } from './catalogue.ts';
import { flexorchCatalogue } from './flexorch/catalogue.ts';
import { flowcertaCatalogue } from './flowcerta/catalogue.ts';
import { fltrCatalogue } from './fltr/catalogue.ts';
import { jobStatusCatalogue } from './job-status/catalogue.ts';
import { orionCatalogue } from './orion/catalogue.ts';
import { standardCatalogue } from './standard/catalogue.ts';

const CATALOGUES: readonly DialectCatalogue[] = [
  standardCatalogue,
  flexorchCatalogue,
  orionCatalogue,
  fltrCatalogue,
  jobStatusCatalogue,
  flowcertaCatalogue,
];

/** The catalogue half of a dialect; `undefined` for an unknown name, and for `*`, in which nothing is published. */
export function catalogueOf(dialect: string): DialectCatalogue | undefined {
  return CATALOGUES.find((catalogue) => catalogue.dialect === dialect);
}

/** A built-in event type, keyed by dialect and name; `undefined` where the catalogue does not list it. */
export function eventTypeOf(dialect: string, name: string): EventTypeDefinition | undefined {
  return catalogueOf(dialect)?.eventTypes.find((eventType) => eventType.name === name);
}

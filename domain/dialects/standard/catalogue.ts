import type { DialectCatalogue } from '../catalogue.ts';

/** Waybill's own dialect has no types of its own: organizations register theirs, and unregistered ones pass. */
export const standardCatalogue: DialectCatalogue = { dialect: 'standard', eventTypes: [], open: true };

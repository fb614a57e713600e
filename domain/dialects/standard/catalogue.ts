import type { DialectCatalogue } from '../catalogue.ts';
import { operationalEventTypes } from './operational.ts';

/**
 * Waybill's own dialect lists only what Waybill raises about itself. Organizations register their own types, and unregistered
 * ones pass.
 */
export const standardCatalogue: DialectCatalogue = {
  dialect: 'standard',
  eventTypes: operationalEventTypes,
  open: true,
};

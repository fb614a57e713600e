/** All tables, by what they are about. */
export * from './activity-tables.ts';
export * from './endpoint-tables.ts';
export * from './event-tables.ts';
export * from './export-tables.ts';
export * from './installation-tables.ts';
export * from './organization-tables.ts';
export * from './portal-tables.ts';
export * from './source-tables.ts';
export * from './validation-tables.ts';

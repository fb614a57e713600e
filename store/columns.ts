import { customType } from 'drizzle-orm/pg-core';

/** Bytes, as Uint8Array with both drivers. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/** A point in time, read as ISO 8601 in UTC with milliseconds, whatever form the driver gives. */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: (value) => new Date(value).toISOString(),
});

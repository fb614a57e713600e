import { eq } from 'drizzle-orm';
import type { AlertSettings } from '../domain/alerts/alert-settings.ts';
import type { Db } from './database.ts';
import type { ScanTime } from './scan-types.ts';
import { organizations } from './schema.ts';

/** What may be changed; absent fields stay. */
export type AlertSettingsPatch = { [Key in keyof AlertSettings]?: AlertSettings[Key] | undefined };

export type AlertSettingsStore = ReturnType<typeof createAlertSettingsStore>;

const columns = {
  scoreThreshold: organizations.scoreThreshold,
  warningWindowDays: organizations.warningWindowDays,
  scanHour: organizations.scanHour,
  scanTimeZone: organizations.scanTimeZone,
};

/** What organizations are alerted of, and when their daily scan is. */
export function createAlertSettingsStore(db: Db) {
  async function get(organizationId: string): Promise<AlertSettings | null> {
    const [row] = await db.select(columns).from(organizations).where(eq(organizations.id, organizationId));
    return row ?? null;
  }

  return {
    /** `null` when there is no such organization. */
    get,

    /** Absent fields stay; `null` when there is no such organization. */
    async update(organizationId: string, patch: AlertSettingsPatch): Promise<AlertSettings | null> {
      if (Object.values(patch).every((value) => value === undefined)) return get(organizationId);
      const [row] = await db
        .update(organizations)
        .set(patch)
        .where(eq(organizations.id, organizationId))
        .returning(columns);
      return row ?? null;
    },

    /** See `ScanStore`. */
    async scanTimes(): Promise<ScanTime[]> {
      const { scanHour, scanTimeZone } = columns;
      return db.selectDistinct({ scanTimeZone, scanHour }).from(organizations).orderBy(scanTimeZone, scanHour);
    },
  };
}

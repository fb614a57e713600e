import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type AlertSettings, canonicalTimeZone } from '../../../../domain/alerts/alert-settings.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { Problem } from '../../../errors.ts';

const MAX_WINDOW_DAYS = 365;

const settings = {
  scoreThreshold: z
    .number()
    .min(0)
    .max(100)
    .nullable()
    .meta({ description: 'Validations that score strictly less are alerted; null: none.' }),
  warningWindowDays: z
    .int()
    .min(1)
    .max(MAX_WINDOW_DAYS)
    .meta({ description: 'So many days before it expires, an exception is warned of.' }),
  scanHour: z.int().min(0).max(23).meta({ description: 'Hour of the daily scan, in its time zone.' }),
};

const Settings = z
  .object({ ...settings, scanTimeZone: z.string().meta({ description: 'Under its canonical name.' }) })
  .meta({ id: 'FlowcertaAlertSettings' });

const timeZone = z
  .string()
  .max(64)
  .refine((name) => canonicalTimeZone(name) !== null, 'must be an IANA time zone, such as Europe/Berlin')
  .meta({ description: 'IANA name, such as `Europe/Berlin`.' });

const SettingsChange = z
  .object({ ...settings, scanTimeZone: timeZone })
  .partial()
  .meta({ id: 'FlowcertaAlertSettingsChange', description: 'Absent fields stay.' });

/** What an organization is alerted of, and when its daily scan is. Ours: the document only says that both can be set. */
export function flowcertaAlertSettings(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/api/v1/alert-settings',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getFlowcertaAlertSettings',
          summary: 'Get the alert settings',
          response: { 200: Settings },
        },
      },
      async (request) => found(await deps.alertSettings.get(request.organizationId)),
    );

    app.patch(
      '/api/v1/alert-settings',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateFlowcertaAlertSettings',
          summary: 'Change the alert settings',
          description:
            'A threshold that is set or raised also alerts what was validated in the last day, once, at the next daily scan.',
          body: SettingsChange,
          response: { 200: Settings },
        },
      },
      async (request) => {
        const { scanTimeZone, ...rest } = request.body;
        const zone = scanTimeZone === undefined ? undefined : (canonicalTimeZone(scanTimeZone) ?? undefined);
        const patch = { ...rest, scanTimeZone: zone };
        return found(await deps.alertSettings.update(request.organizationId, patch));
      },
    );
  };
}

function found(settings: AlertSettings | null): AlertSettings {
  if (!settings) throw new Problem('organization_not_found', 'There is no organization of this id.');
  return settings;
}

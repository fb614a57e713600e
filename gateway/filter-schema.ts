import { z } from 'zod';
import { checkFilter } from '../domain/delivery/check-filter.ts';
import { FILTER_OPERATORS } from '../domain/delivery/filter.ts';
import { SEVERITIES } from '../domain/destinations/message.ts';
import { checkTemplates, templateRule } from '../domain/destinations/templates.ts';
import { line } from './fields.ts';

const text = z.string().refine((given) => given.isWellFormed(), 'must not contain half of a surrogate pair');
const scalar = z.union([text, z.number(), z.boolean(), z.null()]);

const condition = z.strictObject({
  field: z.string().meta({
    description:
      'Path into `data`: `order.total`, `items[0].sku`, `items[*].sku` for any of them, `["a.b"]` for odd names.',
  }),
  operator: z.enum(FILTER_OPERATORS),
  value: z
    .union([scalar, z.array(scalar)])
    .optional()
    .meta({ description: 'Text, number, true, false or null; with `in` and `notIn` a list; absent with `exists`.' }),
});

const match = z.enum(['all', 'any']);
const minSeverity = z.enum(SEVERITIES).nullable();

/** As it is shown. */
export const EndpointFilter = z
  .object({ match, conditions: z.array(condition), minSeverity })
  .meta({ id: 'EndpointFilter' });

/** A filter as callers give it: what is absent asks for nothing. */
export const endpointFilter = z
  .strictObject({
    match: match.default('all').meta({ description: 'Whether each condition must hold, or one is enough.' }),
    conditions: z.array(condition).default([]).meta({ description: 'At most 20.' }),
    minSeverity: minSeverity.default(null).meta({ description: 'Least severity of what the event says.' }),
  })
  .superRefine((filter, ctx) => {
    for (const { field, rule } of checkFilter(filter))
      ctx.addIssue({ code: 'custom', message: rule, path: pathOf(field) });
  });

const templateFields = z.array(z.strictObject({ label: line(256), value: text })).max(20);

const templates = z.strictObject({
  title: text.optional(),
  text: text.optional(),
  subject: text.optional().meta({ description: 'Events of the same one share a message or ticket.' }),
  fields: templateFields.optional().meta({ description: 'All rows; those that come out empty are left out.' }),
});

/** As they are shown. */
export const EndpointTemplates = templates.meta({ id: 'EndpointTemplates' });

/** Templates as callers give them; each is read, and tried on an event that has nothing in it. */
export const endpointTemplates = templates.superRefine((given, ctx) => {
  for (const fault of checkTemplates(given)) {
    ctx.addIssue({ code: 'custom', message: templateRule(fault), path: pathOf(fault.field) });
  }
});

function pathOf(field: string): string[] {
  return field === '' ? [] : field.split('.');
}

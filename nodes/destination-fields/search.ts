import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { callWaybill } from '../waybill-api/call.ts';
import { configOf } from './config.ts';
import { KINDS, type Kind } from './kinds.ts';
import { isPicked, searchMethodOf } from './properties.ts';

type Search = (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>;

/** A `listSearch` method for every field whose values the vendor can be asked for: channels, projects, tables … */
export const FIELD_SEARCHES: Readonly<Record<string, Search>> = Object.fromEntries(
  KINDS.flatMap((kind) =>
    kind.fields.filter(isPicked).map((field) => [searchMethodOf(kind, field), searchOf(kind, field.name)]),
  ),
);

function searchOf(kind: Kind, field: string): Search {
  return async function search(filter = '') {
    const config = configOf(kind, (name) => this.getNodeParameter(name, null));
    const answer = await callWaybill(this, {
      method: 'POST',
      path: `/v1/destinations/${kind.kind}/options`,
      body: { field, config },
    });
    const wanted = filter.trim().toLowerCase();
    const results = (answer.data as IDataObject[])
      .map(({ value, label }) => ({ name: String(label), value: String(value) }))
      .filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted));
    return { results };
  };
}

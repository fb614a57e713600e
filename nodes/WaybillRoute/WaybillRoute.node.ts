import {
  type IDataObject,
  type IExecuteFunctions,
  type ILoadOptionsFunctions,
  type INodeExecutionData,
  type INodeListSearchResult,
  type INodeType,
  type INodeTypeDescription,
  NodeConnectionTypes,
} from 'n8n-workflow';
import { FIELD_SEARCHES } from '../destination-fields/search.ts';
import { CREDENTIAL } from '../waybill-api/call.ts';
import { failedItem, forEachItem } from '../waybill-api/per-item.ts';
import { searchIn } from '../waybill-api/search.ts';
import { showEndpoint } from '../waybill-api/show-endpoint.ts';
import { complaintAbout, lastStates, shownDelivery } from './outcome.ts';
import { MAX_WAIT_SECONDS, PROPERTIES } from './properties.ts';
import { send } from './send.ts';
import { endpointFinder } from './target.ts';

/** Sends items to Slack, Teams, Jira or ServiceNow through Waybill, which delivers them durably. */
export class WaybillRoute implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Waybill Route',
    name: 'waybillRoute',
    icon: { light: 'file:../icons/waybill.svg', dark: 'file:../icons/waybill.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{$parameter["destination"]}}',
    description: 'Send items to Slack, Teams, Jira or ServiceNow through Waybill: not lost, and one ticket per subject',
    defaults: { name: 'Waybill Route' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: CREDENTIAL, required: true }],
    properties: PROPERTIES,
  };

  methods = { listSearch: { searchRoutes, ...FIELD_SEARCHES } };

  /**
   * Puts out each item's delivery. Waiting, an item whose delivery ended without success counts as failed. Throws `NodeApiError` for what
   * Waybill refuses, and `NodeOperationError` for such deliveries and for parameters that cannot be used.
   */
  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const endpointOf = endpointFinder(this);
    const begun = new Map<number, IDataObject>();
    const results = await forEachItem(this, async (index) => {
      const delivery = await send(this, index, await endpointOf(index));
      begun.set(index, delivery);
      return shownDelivery(delivery);
    });
    if (begun.size === 0 || this.getNodeParameter('wait', 0) !== true) return [results];
    const waitSeconds = Math.min(Number(this.getNodeParameter('waitSeconds', 0)), MAX_WAIT_SECONDS);
    const states = await lastStates(this, begun, waitSeconds * 1000);
    for (const [index, delivery] of states) results[index] = await outputOf(this, index, delivery);
    return [results];
  }
}

async function outputOf(
  functions: IExecuteFunctions,
  index: number,
  delivery: IDataObject,
): Promise<INodeExecutionData> {
  const complaint = await complaintAbout(functions, index, delivery);
  if (!complaint) {
    const json = { ...shownDelivery(delivery), timedOut: delivery.status === 'pending' };
    return { json, pairedItem: { item: index } };
  }
  if (!functions.continueOnFail()) throw complaint;
  return failedItem(complaint, index);
}

/** Endpoints of the destination that is chosen. */
async function searchRoutes(
  this: ILoadOptionsFunctions,
  filter?: string,
  paginationToken?: string,
): Promise<INodeListSearchResult> {
  const kind = this.getNodeParameter('destination', '');
  const search = searchIn({ path: '/v1/endpoints' }, (entry) =>
    entry.destination === kind ? showEndpoint(entry) : null,
  );
  return search.call(this, filter, paginationToken);
}

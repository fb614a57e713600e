import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { kindOf } from '../destination-fields/kinds.ts';
import { callWaybill } from '../waybill-api/call.ts';
import { ownEndpoint } from './own-endpoint.ts';

/**
 * Returns what tells the endpoint of an item, each looked up once per run. It throws for one that is disabled or of another kind than the
 * node says: what is sent there would be lost or look wrong.
 */
export function endpointFinder(functions: IExecuteFunctions): (index: number) => Promise<string> {
  const known = new Map<string, Promise<string>>();
  return (index) => {
    const wanted = wantedId(functions, index);
    const found = known.get(wanted) ?? find(functions, index, wanted);
    known.set(wanted, found);
    return found;
  };
}

/** Empty: the node's own. */
function wantedId(functions: IExecuteFunctions, index: number): string {
  if (functions.getNodeParameter('endpointFrom', index) === 'defined') return '';
  const id = String(functions.getNodeParameter('endpointId', index, '', { extractValue: true }) ?? '').trim();
  if (id !== '') return id;
  throw new NodeOperationError(functions.getNode(), 'No endpoint is given', {
    description: 'Pick one from the list, give its ID, or define one in the node.',
    itemIndex: index,
  });
}

async function find(functions: IExecuteFunctions, itemIndex: number, wanted: string): Promise<string> {
  const kind = kindOf(String(functions.getNodeParameter('destination', itemIndex)));
  const path = `/v1/endpoints/${encodeURIComponent(wanted)}`;
  const { id, destination, disabled } =
    wanted === ''
      ? await ownEndpoint(functions, kind)
      : await callWaybill(functions, { method: 'GET', path, itemIndex });
  if (destination !== kind.kind) {
    throw new NodeOperationError(functions.getNode(), `The endpoint ${id} is of ${destination}, not of ${kind.title}`, {
      description: 'Pick another endpoint, or the destination that it has.',
      itemIndex,
    });
  }
  if (disabled) {
    throw new NodeOperationError(functions.getNode(), `The endpoint ${id} is disabled`, {
      description: 'Enable it with the Waybill node (resource Endpoint, operation Enable) or in the portal.',
      itemIndex,
    });
  }
  return String(id);
}

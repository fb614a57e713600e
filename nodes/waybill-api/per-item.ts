import {
  type IDataObject,
  type IExecuteFunctions,
  type INode,
  type INodeExecutionData,
  type JsonObject,
  NodeApiError,
  NodeOperationError,
} from 'n8n-workflow';

/**
 * Runs a node item by item: each item's output is paired with it. What an item throws ends the run with the item named or, if the node
 * goes on, becomes its output: `error` and, where it is known, what to do as `description`.
 */
export async function forEachItem(
  functions: IExecuteFunctions,
  run: (index: number) => Promise<IDataObject | IDataObject[]>,
): Promise<INodeExecutionData[]> {
  const results: INodeExecutionData[] = [];
  for (let index = 0; index < functions.getInputData().length; index += 1) {
    try {
      results.push(...pairedWith(functions, index, await run(index)));
    } catch (error) {
      if (!functions.continueOnFail()) throw failureOf(functions.getNode(), error, index);
      results.push(failedItem(error, index));
    }
  }
  return results;
}

/** Output that belongs to an item. */
export function pairedWith(
  { helpers }: IExecuteFunctions,
  index: number,
  output: IDataObject | IDataObject[],
): INodeExecutionData[] {
  return helpers.constructExecutionMetaData(helpers.returnJsonArray(output), { itemData: { item: index } });
}

/** What a failing item puts out if the node goes on. */
export function failedItem(error: unknown, index: number): INodeExecutionData {
  const { message, description } = error as { message?: string; description?: string | null };
  return {
    json: { error: message ?? String(error), ...(description && { description }) },
    pairedItem: { item: index },
  };
}

/** What n8n shows: what was said by us stays as it is, anything else is wrapped. */
export function failureOf(node: INode, error: unknown, itemIndex: number): NodeApiError | NodeOperationError {
  const isOurs = error instanceof NodeApiError || error instanceof NodeOperationError;
  if (!isOurs) return new NodeApiError(node, error as JsonObject, { itemIndex });
  error.context.itemIndex ??= itemIndex;
  return error;
}

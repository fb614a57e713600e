import {
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeType,
  type INodeTypeDescription,
  NodeConnectionTypes,
  NodeOperationError,
} from 'n8n-workflow';
import { FIELD_SEARCHES } from '../destination-fields/search.ts';
import { CREDENTIAL } from '../waybill-api/call.ts';
import { forEachItem } from '../waybill-api/per-item.ts';
import { itemOf } from './item.ts';
import { operationOf, propertiesOf } from './operation.ts';
import { deliveryResource } from './resources/delivery.ts';
import { endpointResource } from './resources/endpoint.ts';
import { eventResource } from './resources/event.ts';
import { exceptionResource } from './resources/exception.ts';
import { scheduleResource } from './resources/schedule.ts';
import { sourceResource } from './resources/source.ts';
import { validationResource } from './resources/validation.ts';
import { SEARCHES } from './searches.ts';

const RESOURCES = [
  deliveryResource,
  endpointResource,
  eventResource,
  exceptionResource,
  scheduleResource,
  sourceResource,
  validationResource,
];

/** Publishes events to Waybill and manages what it delivers. */
export class Waybill implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'Waybill',
    name: 'waybill',
    icon: { light: 'file:../icons/waybill.svg', dark: 'file:../icons/waybill.dark.svg' },
    group: ['transform'],
    version: 1,
    subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
    description: 'Publish events to Waybill, and manage endpoints and deliveries',
    defaults: { name: 'Waybill' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [{ name: CREDENTIAL, required: true }],
    properties: propertiesOf(RESOURCES, 'event'),
  };

  methods = { listSearch: { ...SEARCHES, ...FIELD_SEARCHES } };

  /** Throws `NodeApiError` for what Waybill refuses, and `NodeOperationError` for parameters that cannot be read. */
  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const results = await forEachItem(this, async (index) => {
      const resource = this.getNodeParameter('resource', index);
      const operation = this.getNodeParameter('operation', index);
      const found = operationOf(RESOURCES, resource, operation);
      if (!found) {
        throw new NodeOperationError(this.getNode(), `This version has no operation ${operation} of ${resource}`, {
          description: 'Pick the operation again.',
          itemIndex: index,
        });
      }
      return found.run(itemOf(this, index));
    });
    return [results];
  }
}

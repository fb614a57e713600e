import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Item } from './item.ts';

/** What the node can do with a resource. */
export interface Operation {
  value: string;
  /** As the menu has it: `Retry Now`. */
  name: string;
  /** As n8n's list of actions has it: `Retry a delivery now`. */
  action: string;
  description: string;
  /** Shown for this operation only; what else they depend on they say themselves. */
  fields: readonly INodeProperties[];
  run(item: Item): Promise<IDataObject | IDataObject[]>;
}

export interface Resource {
  value: string;
  name: string;
  /** The first is chosen unless another one is. */
  operations: readonly [Operation, ...Operation[]];
}

/** The node's properties, drawn from its resources: which, what to do with it, and the fields of each operation. */
export function propertiesOf(resources: readonly Resource[], first: string): INodeProperties[] {
  return [
    {
      displayName: 'Resource',
      name: 'resource',
      type: 'options',
      noDataExpression: true,
      options: byName(resources.map(({ name, value }) => ({ name, value }))),
      default: first,
    },
    ...resources.map(operationsOf),
    ...resources.flatMap((resource) => resource.operations.flatMap((operation) => fieldsOf(resource, operation))),
  ];
}

/** The operation of these names; undefined for one that this version does not have. */
export function operationOf(resources: readonly Resource[], resource: string, operation: string) {
  const found = resources.find(({ value }) => value === resource);
  return found?.operations.find(({ value }) => value === operation);
}

function operationsOf({ value, operations }: Resource): INodeProperties {
  const [{ value: first }] = operations;
  return {
    displayName: 'Operation',
    name: 'operation',
    type: 'options',
    noDataExpression: true,
    displayOptions: { show: { resource: [value] } },
    options: byName(operations.map(({ name, value, action, description }) => ({ name, value, action, description }))),
    default: first,
  };
}

function fieldsOf(resource: Resource, { value, fields }: Operation): INodeProperties[] {
  return fields.map((field) => ({
    ...field,
    displayOptions: {
      ...field.displayOptions,
      show: { ...field.displayOptions?.show, resource: [resource.value], operation: [value] },
    },
  }));
}

function byName(options: INodePropertyOptions[]): INodePropertyOptions[] {
  return options.sort((a, b) => (a.name < b.name ? -1 : 1));
}

import { type IDataObject, type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { type Call, callWaybill } from '../waybill-api/call.ts';
import { toInstant } from '../waybill-api/instant.ts';
import { type ListCall, readList } from '../waybill-api/pages.ts';

/** One input item and what the node's parameters say for it. */
export type Item = ReturnType<typeof itemOf>;

export function itemOf(functions: IExecuteFunctions, index: number) {
  const parameter = (name: string, fallback?: unknown) => functions.getNodeParameter(name, index, fallback);

  return {
    index,
    /** What to throw for a parameter that cannot be used: what is wrong, and what to do. */
    complaint,
    /** A parameter as n8n has it; null where there is none. */
    raw: (name: string): unknown => parameter(name, null),
    /** The item itself. */
    input: (): IDataObject => functions.getInputData()[index]?.json ?? {},
    /** Empty where nothing is given. */
    text: (name: string): string => String(parameter(name, '') ?? '').trim(),
    flag: (name: string): boolean => parameter(name, false) === true,
    number: (name: string): number => Number(parameter(name)),
    /** The fields of a collection that were added to it. */
    fields: (name: string): IDataObject => parameter(name, {}) as IDataObject,
    /** What a picker points at. Throws where nothing is picked. */
    id(name: string): string {
      const id = String(functions.getNodeParameter(name, index, '', { extractValue: true }) ?? '').trim();
      if (id === '')
        throw complaint(`No ${name.replace(/Id$/, '')} is given`, 'Pick one from the list, or give its ID.');
      return id;
    },
    /** JSON of a field, as text or already an object; undefined where nothing is given. Throws for what is no JSON object. */
    json(name: string): IDataObject | undefined {
      return this.object(name, parameter(name, ''));
    },
    /** The same of a value at hand; `name` is for the complaint. */
    object(name: string, value: unknown): IDataObject | undefined {
      const parsed = this.parsed(name, value);
      if (parsed === undefined) return undefined;
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as IDataObject;
      throw complaint(`“${name}” is not a JSON object`, 'It begins with { and ends with }.');
    },
    /** Any JSON. */
    parsed(name: string, value: unknown): unknown {
      if (typeof value !== 'string') return value ?? undefined;
      if (value.trim() === '') return undefined;
      try {
        return JSON.parse(value);
      } catch {
        throw complaint(`“${name}” is not JSON`, 'Check quotes and commas; an expression may give the object itself.');
      }
    },
    /** A time of a form, in the workflow's time zone where it names none. */
    instant: (value: unknown): string | undefined => toInstant(value, functions.getTimezone()),
    call: (call: Omit<Call, 'itemIndex'>): Promise<IDataObject> =>
      callWaybill(functions, { ...call, itemIndex: index }),
    /** A list as far as "Return All" and "Limit" say. */
    list(call: Omit<ListCall, 'itemIndex'>): Promise<IDataObject[]> {
      const limit = this.flag('returnAll') ? null : this.number('limit');
      return readList(functions, { ...call, itemIndex: index }, limit);
    },
    /** A list to its end. */
    whole: (call: Omit<ListCall, 'itemIndex'>): Promise<IDataObject[]> =>
      readList(functions, { ...call, itemIndex: index }, null),
  };

  function complaint(message: string, description: string): NodeOperationError {
    return new NodeOperationError(functions.getNode(), message, { description, itemIndex: index });
  }
}

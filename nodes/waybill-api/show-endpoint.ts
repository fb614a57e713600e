import type { IDataObject, INodeListSearchItems } from 'n8n-workflow';

const MAX_NAME = 80;

/** An endpoint in a list to pick from: what people call it, else where it goes. */
export function showEndpoint({ id, description, url, destination, disabled }: IDataObject): INodeListSearchItems {
  const name = String(description || url);
  const short = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
  return { name: `${short} (${destination}${disabled ? ', disabled' : ''})`, value: String(id) };
}

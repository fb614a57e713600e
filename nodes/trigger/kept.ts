import type { IDataObject } from 'n8n-workflow';

/** What a trigger keeps of its registration. n8n shows it to whoever may see the workflow: no secret in it can be read. */
export interface Kept {
  /** Null: the server told no id, or has no call to register with. */
  id: string | null;
  url: string;
  /** See `markOf`. */
  mark: string;
  waybill: boolean;
  /** The secret that a real system made, see `sealSecret`; null where it is derived or in the credential. */
  sealed: string | null;
}

const NAME = 'registration';

/** What is kept; `undefined`: nothing is registered. */
export function keptIn(staticData: IDataObject): Kept | undefined {
  return staticData[NAME] as Kept | undefined;
}

/** Keeps it, instead of what was kept. */
export function keep(staticData: IDataObject, kept: Kept): void {
  staticData[NAME] = { ...kept };
}

/** Forgets it. */
export function forget(staticData: IDataObject): void {
  delete staticData[NAME];
}

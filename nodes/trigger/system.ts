import type { IDataObject, IHookFunctions, INode } from 'n8n-workflow';
import type { DialectWire } from '../../domain/dialects/dialect.ts';

/** What a trigger wants to be registered. */
export interface Wanted {
  /** n8n's address of the trigger: another one while the editor listens for a test event. */
  url: string;
  /** What is registered besides address and secret, in the words of the API; null takes a setting away. */
  settings: IDataObject;
  /** Derived from the credential, see `derivedSecret`. */
  secret: string;
  /** Whether the editor listens for a test event. */
  test: boolean;
}

/** A registration that the server lists. */
export interface Standing {
  id: string;
  url: string;
  active: boolean;
  /** The entry as it is listed. */
  settings: IDataObject;
}

/** What a server answered to a registration. */
export interface Registered {
  /** Null: the server told none. */
  id: string | null;
  /** The secret that the server made; null where it was told one. */
  secret: string | null;
}

/** Where a trigger is registered: one server, as it was found when asked. */
export interface Registry {
  /** Whether the server is Waybill: then the derived secret signs, and deliveries are acknowledged. */
  waybill: boolean;
  /** Null: the server has no call that lists. */
  standing: readonly Standing[] | null;
  create(wanted: Wanted): Promise<Registered>;
  /** Makes a listed registration as it is wanted, with what waits for it. Only Waybill can be asked to. */
  takeOver(id: string, wanted: Wanted): Promise<void>;
  /** `false`: the server has no call that removes. Nothing to remove is a success. */
  remove(id: string): Promise<boolean>;
}

/** A hook or webhook of n8n, as far as both tell a node's parameters. */
export interface Parameters {
  getNode(): INode;
  getNodeParameter(name: string, fallback?: unknown): unknown;
}

/** What sets one trigger apart. Everything else is the same for all. */
export interface TriggerSystem {
  /** Name of the credential type. */
  credential: string;
  wireOf(node: Parameters): DialectWire;
  settingsOf(node: Parameters): IDataObject;
  /** Asks the server what is registered. Throws what people are to read. */
  open(hook: IHookFunctions): Promise<Registry>;
  /** Where the real system's secret comes from: derived and told to it, made by it, or pasted into the credential. */
  secretFrom: 'credential' | 'system' | 'pasted';
  /** Header that holds the whole secret, where the real system signs nothing. */
  secretHeader?: string;
  /** Header with the system's own id of a delivery, in lower case. */
  deliveryHeader?: string;
}

import { type IDataObject, type IHookFunctions, NodeOperationError } from 'n8n-workflow';
import { forget, type Kept, keep, keptIn } from './kept.ts';
import { isAsWanted } from './same-settings.ts';
import { derivedSecret, markOf, sealSecret } from './secrets.ts';
import type { Registry, Standing, TriggerSystem, Wanted } from './system.ts';

/** `checkExists`: whether the server has the registration just as it is wanted. Throws where that cannot be told. */
export async function isRegistered(hook: IHookFunctions, system: TriggerSystem): Promise<boolean> {
  const kept = keptIn(staticDataOf(hook));
  if (kept === undefined) return false;
  const { wanted, mark } = await wantedBy(hook, system);
  if (kept.mark !== mark) return false;
  const { standing, waybill } = await system.open(hook);
  if (waybill !== kept.waybill) return false;
  // Where nothing can be listed, what is kept is all there is.
  return standing === null || standing.some((one) => one.id === kept.id && isAsWanted(one, wanted));
}

/**
 * `create`: registers the trigger, however often it is called. A registration of this address is adopted where the server can be
 * told our secret for it, which Waybill can; every other one of ours is replaced, the new one first, so that no event falls between.
 */
export async function register(hook: IHookFunctions, system: TriggerSystem): Promise<Kept> {
  const { wanted, mark, apiKey } = await wantedBy(hook, system);
  const before = keptIn(staticDataOf(hook));
  const registry = await system.open(hook);
  const ours = registrationsOf(before, registry, wanted);
  // What n8n left of an earlier test is about to go by itself.
  const mayAdopt = registry.waybill && !wanted.test;
  const adopted = mayAdopt ? ours.find(({ url }) => url === wanted.url)?.id : undefined;
  if (adopted !== undefined) await registry.takeOver(adopted, wanted);
  const { id, secret } = adopted === undefined ? await registry.create(wanted) : { id: adopted, secret: null };
  const wire = system.wireOf(hook);
  const sealed = secret === null ? null : sealSecret(apiKey, wire, wanted.url, secret);
  const kept: Kept = { id, url: wanted.url, mark, waybill: registry.waybill, sealed };
  keep(staticDataOf(hook), kept);
  for (const old of ours) if (old.id !== id) await remove(hook, registry, old.id);
  return kept;
}

/** `delete`: takes the registration away. Throws, and keeps its id for the next try, when the server refuses or does not answer. */
export async function unregister(hook: IHookFunctions, system: TriggerSystem): Promise<boolean> {
  const kept = keptIn(staticDataOf(hook));
  // Nothing came of the registration, and n8n cleans up after it: the next one adopts or replaces what a lost answer left.
  if (kept === undefined) return true;
  if (kept.id === null) hook.logger.warn(`${nameOf(hook)}: the webhook for ${kept.url} has to be removed by hand.`);
  else await remove(hook, await system.open(hook), kept.id);
  forget(staticDataOf(hook));
  return true;
}

async function wantedBy(
  hook: IHookFunctions,
  system: TriggerSystem,
): Promise<{ wanted: Wanted; mark: string; apiKey: string }> {
  const { apiKey } = await hook.getCredentials<{ apiKey: string }>(system.credential);
  if (apiKey === '') throw new NodeOperationError(hook.getNode(), 'The credential has no API key');
  const url = hook.getNodeWebhookUrl('default');
  if (url === undefined) throw new NodeOperationError(hook.getNode(), 'n8n tells no webhook URL for this node');
  const wire = system.wireOf(hook);
  const settings = system.settingsOf(hook);
  const secret = derivedSecret(apiKey, wire, url);
  const wanted = { url, settings, secret, test: hook.getMode() === 'manual' };
  return { wanted, mark: markOf(apiKey, wire, url, settings), apiKey };
}

/** Registrations that are this trigger's: of its address, and the one it kept, whose address may have been another. */
function registrationsOf(
  kept: Kept | undefined,
  { standing }: Registry,
  { url }: Wanted,
): Pick<Standing, 'id' | 'url'>[] {
  if (standing !== null) return standing.filter((one) => one.url === url || one.id === kept?.id);
  return kept === undefined || kept.id === null ? [] : [{ id: kept.id, url: kept.url }];
}

async function remove(hook: IHookFunctions, registry: Registry, id: string): Promise<void> {
  if (await registry.remove(id)) return;
  hook.logger.warn(`${nameOf(hook)}: the system has no call that removes webhook ${id}. Remove it by hand.`);
}

function nameOf(hook: IHookFunctions): string {
  return hook.getNode().name;
}

function staticDataOf(hook: IHookFunctions): IDataObject {
  return hook.getWorkflowStaticData('node');
}

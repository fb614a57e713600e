import { type ReceiverLanguage, receiverCode, sampleFileOf } from './receiver-code.ts';

const FOLDER = '../../../examples/receivers';
const FILES = import.meta.glob<string>('../../../examples/receivers/*.{mjs,py,go,php,sh}', {
  query: '?raw',
  import: 'default',
});

/** Loads the code that a person copies for a dialect: the very file that Waybill's tests run, with the dialect's own header. */
export async function loadReceiver(dialect: string, language: ReceiverLanguage): Promise<string> {
  const load = FILES[`${FOLDER}/${sampleFileOf(dialect, language)}`];
  if (load === undefined) throw new Error(`no sample for ${dialect} in ${language}`);
  return receiverCode(dialect, await load());
}

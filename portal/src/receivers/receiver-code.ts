import dialects from '../../../examples/receivers/dialects.json' with { type: 'json' };

/** Languages that there are samples in, by the ending of their files. */
export const RECEIVER_LANGUAGES = [
  { ending: 'mjs', title: 'Node' },
  { ending: 'py', title: 'Python' },
  { ending: 'go', title: 'Go' },
  { ending: 'php', title: 'PHP' },
  { ending: 'sh', title: 'curl' },
] as const;

export type ReceiverLanguage = (typeof RECEIVER_LANGUAGES)[number]['ending'];

interface Authentication {
  /** Samples are shared by the dialects that authenticate in the same way. */
  sample: string;
  signatureHeader?: string;
  signaturePrefix?: string;
}

/** The header that the sample files name. */
const SAMPLE_HEADER = 'X-FLTR-Signature';

const BY_DIALECT = new Map<string, Authentication>(Object.entries(dialects));

/** Dialect `*` is sent as `standard` is. */
function authenticationOf(dialect: string): Authentication {
  return BY_DIALECT.get(dialect) ?? dialects.standard;
}

/** Name of the file in `examples/receivers` that receives a dialect; for curl it is what sends. */
export function sampleFileOf(dialect: string, language: ReceiverLanguage): string {
  return `${authenticationOf(dialect).sample}.${language}`;
}

/** The text of that file as the dialect needs it: with its own header in place of the sample's. */
export function receiverCode(dialect: string, sample: string): string {
  const { signatureHeader = SAMPLE_HEADER, signaturePrefix = '' } = authenticationOf(dialect);
  return sample
    .replaceAll(SAMPLE_HEADER, signatureHeader)
    .replaceAll(`${signatureHeader}: $`, () => `${signatureHeader}: ${signaturePrefix}$`);
}

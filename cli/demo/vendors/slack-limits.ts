/** Why Slack refuses a message: its token, and where it says more, in its words. */
export interface SlackRefusal {
  error: string;
  errors?: string[];
}

type Json = Record<string, unknown>;
/** Says what is wrong with a value, by its JSON pointer. */
type Check = (value: unknown, pointer: string) => string[];

const MAX_TEXT_OF_ALL_BLOCKS = 13_000;
const MAX_TEXT = { 'chat.postMessage': 40_000, 'chat.update': 4_000, webhook: 40_000 } as const;

const at = (message: string, pointer: string): string => `${message} [json-pointer:${pointer}]`;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Counts UTF-16 units, the strictest reading of "characters". */
function textOf(max: number): Check {
  return (value, pointer) => {
    if (typeof value !== 'string') return [at('must be a string', pointer)];
    if (value.length === 0) return [at('must be more than 0 characters', pointer)];
    return value.length > max ? [at(`must be less than ${max + 1} characters`, pointer)] : [];
  };
}

const flag: Check = (value, pointer) => (typeof value === 'boolean' ? [] : [at('must be a boolean', pointer)]);

const url: Check = (value, pointer) => {
  const faults = textOf(3_000)(value, pointer);
  return faults.length > 0 || /^https?:\/\//.test(String(value)) ? faults : [at('must be a valid URL', pointer)];
};

/** An object of these parts and no others; a name with `?` may be absent. */
function parts(type: string, checks: Readonly<Record<string, Check>>): Check {
  return (value, pointer) => {
    if (!isObject(value)) return [at('must be an object', pointer)];
    if (value.type !== type) return [at(`must be of type ${type}`, `${pointer}/type`)];
    const known = (name: string) => name === 'type' || name in checks || `${name}?` in checks;
    const unknown = Object.keys(value).filter((name) => !known(name));
    const faults = Object.entries(checks).flatMap(([name, check]) => {
      const key = name.replace('?', '');
      if (value[key] === undefined) return name.endsWith('?') ? [] : [at(`missing required field: ${key}`, pointer)];
      return check(value[key], `${pointer}/${key}`);
    });
    return [...unknown.map((name) => at('invalid additional property', `${pointer}/${name}`)), ...faults];
  };
}

/** A list of 1 to `max` entries, each of one of these types. */
function listOf(max: number, types: Readonly<Record<string, Check>>): Check {
  return (value, pointer) => {
    if (!Array.isArray(value) || value.length === 0) return [at('must have at least one item', pointer)];
    if (value.length > max) return [at(`no more than ${max} items allowed`, pointer)];
    return value.flatMap((entry, index) => oneOf(types)(entry, `${pointer}/${index}`));
  };
}

function oneOf(types: Readonly<Record<string, Check>>): Check {
  return (value, pointer) => {
    const check = isObject(value) ? types[String(value.type)] : undefined;
    return check ? check(value, pointer) : [at('unsupported type', `${pointer}/type`)];
  };
}

const plainText = (max: number) => parts('plain_text', { text: textOf(max), 'emoji?': flag });
const textObject = (max: number) => ({
  plain_text: plainText(max),
  mrkdwn: parts('mrkdwn', { text: textOf(max), 'verbatim?': flag }),
});

const button = parts('button', {
  text: plainText(75),
  'url?': url,
  'action_id?': textOf(255),
  'value?': textOf(2_000),
});
const sectionParts = parts('section', {
  'text?': oneOf(textObject(3_000)),
  'fields?': listOf(10, textObject(2_000)),
  'block_id?': textOf(255),
});

const BLOCKS: Readonly<Record<string, Check>> = {
  header: parts('header', { text: plainText(150), 'block_id?': textOf(255) }),
  section: (value, pointer) => {
    const { text, fields } = value as Json;
    return text || fields ? sectionParts(value, pointer) : [at('must have text or fields', pointer)];
  },
  divider: parts('divider', { 'block_id?': textOf(255) }),
  context: parts('context', { elements: listOf(10, textObject(2_000)), 'block_id?': textOf(255) }),
  actions: parts('actions', { elements: listOf(25, { button }), 'block_id?': textOf(255) }),
};

/** What Slack refuses in a message by its limits; undefined for one that it takes. Sources: docs.slack.dev, "Block Kit", "chat.postMessage". */
export function slackRefusal(body: Json, method: keyof typeof MAX_TEXT): SlackRefusal | undefined {
  const { text, blocks, metadata } = body;
  if (!text && !blocks) return { error: 'no_text' };
  if (text !== undefined && (typeof text !== 'string' || text.length > MAX_TEXT[method]))
    return { error: 'msg_too_long' };
  const errors = blocks === undefined ? [] : listOf(50, BLOCKS)(blocks, '/blocks');
  if (errors.length > 0) return { error: 'invalid_blocks', errors };
  if (textsIn(blocks).join('').length > MAX_TEXT_OF_ALL_BLOCKS) return { error: 'msg_blocks_too_long' };
  return metadata === undefined || isMetadata(metadata) ? undefined : { error: 'invalid_metadata_format' };
}

function isMetadata(value: unknown): boolean {
  return isObject(value) && typeof value.event_type === 'string' && isObject(value.event_payload);
}

/** All texts of blocks, in their order. */
export function textsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { text } = value as Json;
  return typeof text === 'string' ? [text] : Object.values(value).flatMap(textsIn);
}

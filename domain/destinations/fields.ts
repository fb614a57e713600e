/** A value to pick for a field. */
export interface FieldOption {
  value: string;
  label: string;
}

/**
 * A setting of a destination, declared once: the API's validation, its OpenAPI schema, forms and no-code fields are drawn from it.
 *
 * - `text`: one line. `secret`: one line that is never shown again. `url`: an absolute http or https address.
 * - `select`: one of `options`. `boolean`. `number`: an integer.
 * - `list`: lines. `map`: names and texts, such as a priority for each severity.
 */
export interface DestinationField {
  name: string;
  label: string;
  kind: 'text' | 'secret' | 'url' | 'select' | 'boolean' | 'number' | 'list' | 'map';
  required: boolean;
  /** Encrypted at rest, masked wherever it is shown. A `url` may be one: those of webhooks are the credential. */
  secret: boolean;
  /** One or two sentences: what it is and where to find it. */
  help: string;
  /** Of a `select`, and the keys that a `map` may have (absent: any). */
  options?: readonly FieldOption[];
  /** Whether `GET /v1/destinations/{kind}/options` can list values. */
  loads?: true;
  /** Only asked for while another field has one of these values. */
  when?: { field: string; in: readonly string[] };
  /** What an absent value means; undefined: nothing. */
  default?: string | boolean | number;
  /** In UTF-16 units, of a text or of each entry; 1,024 unless given. */
  maxLength?: number;
  placeholder?: string;
}

/** Whether a field is asked for, given the others. */
export function isAsked(
  field: DestinationField,
  config: Readonly<Record<string, unknown>>,
  fields: readonly DestinationField[],
): boolean {
  if (!field.when) return true;
  const { field: other, in: values } = field.when;
  const given = config[other] ?? fields.find((f) => f.name === other)?.default;
  return values.includes(String(given));
}

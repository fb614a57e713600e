/** How a system writes the ids of things that we keep under ids such as `ep_01k…`. Pure and one to one: nothing is stored. */
export interface IdForm {
  /** Our id as the system shows it. Takes ids made by us only. */
  show(id: string): string;
  /** Our id behind the system's; `null` for a text that none of our ids is shown as. */
  read(text: string): string | null;
}

/** Crockford's base 32 in lower case, as ULIDs are written; the first of the 26 digits holds 3 bits only. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids with another prefix: with `ep` and `wh`, `ep_01k…` is shown as `wh_01k…`. */
export function prefixedIds(ours: string, shown: string): IdForm {
  return {
    show: (id) => `${shown}_${id.slice(ours.length + 1)}`,
    read: (text) => {
      const ulid = text.startsWith(`${shown}_`) ? text.slice(shown.length + 1) : '';
      return ULID.test(ulid) ? `${ours}_${ulid}` : null;
    },
  };
}

/**
 * Ids as UUIDs: both are 128 bits, written in base 32 or 16. The bits are the ULID's own, so version and variant say nothing.
 * UUIDs are read in either case and shown in lower case (RFC 9562, section 4).
 */
export function uuidIds(ours: string): IdForm {
  return {
    show: (id) => {
      const hex = bitsOfUlid(id.slice(ours.length + 1))
        .toString(16)
        .padStart(32, '0');
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
    read: (text) => {
      const uuid = text.toLowerCase();
      return UUID.test(uuid) ? `${ours}_${ulidOfBits(BigInt(`0x${uuid.replaceAll('-', '')}`))}` : null;
    },
  };
}

function bitsOfUlid(ulid: string): bigint {
  let bits = 0n;
  for (const digit of ulid) bits = bits * 32n + BigInt(DIGITS.indexOf(digit));
  return bits;
}

function ulidOfBits(bits: bigint): string {
  let text = '';
  for (let rest = bits; text.length < 26; rest /= 32n) text = DIGITS[Number(rest % 32n)] + text;
  return text;
}

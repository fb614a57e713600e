/**
 * Size of a text as a destination counts it: never less for more text, and for two texts joined never more than for both.
 * Where it is less than half the UTF-16 units (code points have it no lower), text is cut sooner than it must.
 */
export type Measure = (text: string) => number;

/** What JavaScript calls length; never less than the number of code points, so safe where a vendor says "characters". */
export const utf16Units: Measure = (text) => text.length;

/** What a user takes for one character, longer ones excepted: a base with hundreds of marks is cut inside. */
const LONGEST_GRAPHEME_UNITS = 32;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * `text` if it measures at most `max`, else its beginning, cut between graphemes, with `… (57 more characters)`; the result
 * measures at most `max`. Characters are counted as code points. Where that note would take more than half of `max`, an
 * ellipsis alone stands for it. `max` below 1 gives an empty text. `text` is well-formed.
 */
export function cutText(text: string, max: number, measure: Measure = utf16Units): string {
  // A mebibyte need not be measured to know that it is too much.
  if (text.length <= 2 * max && measure(text) <= max) return text;
  const longestNote = noteOf(codePointsOf(text));
  const counted = measure(longestNote) * 2 <= max;
  const room = max - measure(counted ? longestNote : '…');
  if (room < 0) return '';
  const end = characterStart(text, endWithin(text, room, measure));
  return text.slice(0, end) + (counted ? noteOf(codePointsOf(text.slice(end))) : '…');
}

function noteOf(leftOut: number): string {
  return `… (${leftOut} more ${leftOut === 1 ? 'character' : 'characters'})`;
}

/** The longest beginning that measures at most `room`, in units, never within a surrogate pair. */
function endWithin(text: string, room: number, measure: Measure): number {
  let fits = 0;
  let tooLong = Math.min(text.length, 2 * room + 2);
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (measure(text.slice(0, pairStart(text, middle))) <= room) fits = middle;
    else tooLong = middle;
  }
  return pairStart(text, fits);
}

/** `end`, or where the character that it would cut begins. */
function characterStart(text: string, end: number): number {
  // What comes later cannot matter, and the segmenter's time grows with all that it is given.
  const cut = graphemes.segment(text.slice(0, end + LONGEST_GRAPHEME_UNITS + 1)).containing(end);
  return cut && cut.segment.length <= LONGEST_GRAPHEME_UNITS ? cut.index : end;
}

function pairStart(text: string, index: number): number {
  return isLowSurrogate(text, index) ? index - 1 : index;
}

function isLowSurrogate(text: string, index: number): boolean {
  return (text.charCodeAt(index) & 0xfc00) === 0xdc00;
}

/** Of well-formed text: all units but the second halves of pairs. Counted so, since iterating a mebibyte takes 50 ms. */
function codePointsOf(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (!isLowSurrogate(text, index)) count += 1;
  }
  return count;
}

/** An sRGB colour, each part 0 to 255. */
type Rgb = readonly [red: number, green: number, blue: number];

/** What a link's colour becomes, so that it can be read on every ground of its mode. */
export interface Accent {
  /** As text and line on the page. */
  color: string;
  /** Text on a ground of `color`. */
  on: string;
}

/** WCAG 2.2, success criterion 1.4.3, with a little to spare for grounds that are not quite the page's. */
const MIN_CONTRAST = 5;
const STEPS = 40;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/**
 * The colour nearest to `hex` (`#rrggbb`) that keeps its contrast on `ground`: mixed with black on a light one, with white on a
 * dark one, as little as will do. Null when `hex` is no colour.
 */
export function accentOn(hex: string, ground: string): Accent | null {
  const [wanted, base] = [readHex(hex), readHex(ground)];
  if (wanted === null || base === null) return null;
  const target = luminance(base) > 0.4 ? BLACK : WHITE;
  for (let step = 0; step <= STEPS; step++) {
    const color = mix(wanted, target, step / STEPS);
    if (contrast(color, base) >= MIN_CONTRAST) {
      const on = contrast(WHITE, color) >= contrast(BLACK, color) ? WHITE : BLACK;
      return { color: showHex(color), on: showHex(on) };
    }
  }
  return { color: showHex(target), on: showHex(target === BLACK ? WHITE : BLACK) };
}

/** Contrast of two colours by WCAG 2.2, 1 to 21. */
export function contrastOf(one: string, other: string): number {
  return contrast(readHex(one) ?? BLACK, readHex(other) ?? BLACK);
}

function contrast(one: Rgb, other: Rgb): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (part: number) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * share);
  return [part(0), part(1), part(2)];
}

function readHex(text: string): Rgb | null {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (!parts) return null;
  const part = (i: number) => Number.parseInt(parts[i] as string, 16);
  return [part(1), part(2), part(3)];
}

function showHex(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

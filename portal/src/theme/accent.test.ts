import { describe, expect, it } from 'vitest';
import { accentOn, contrastOf } from './accent.ts';

const COLOURS = ['#000000', '#ffffff', '#ffff00', '#00ff00', '#ff6600', '#e11d48', '#1d4ed8', '#777777', '#0b1020'];
const GROUNDS = ['#ffffff', '#171a21'];

describe('a link’s colour', () => {
  it.each(GROUNDS.flatMap((ground) => COLOURS.map((colour) => [colour, ground])))(
    '%s can be read on %s, and text on it',
    (colour, ground) => {
      const accent = accentOn(colour as string, ground as string);
      expect(contrastOf(accent?.color as string, ground as string)).toBeGreaterThanOrEqual(4.5);
      expect(contrastOf(accent?.on as string, accent?.color as string)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('stays as it is where it can be read', () => {
    expect(accentOn('#1d4ed8', '#ffffff')?.color).toBe('#1d4ed8');
  });

  it.each(['', 'red', '#12345', '#gggggg'])('is none: %s', (text) => {
    expect(accentOn(text, '#ffffff')).toBeNull();
  });
});

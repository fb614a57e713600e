import type { Session } from '../session/session.ts';
import { accentOn } from './accent.ts';

export type Mode = 'light' | 'dark' | 'system';

const MODES: readonly Mode[] = ['light', 'dark', 'system'];
const STORED = 'waybill-portal-mode';
/** The grounds of `styles/tokens.css` that accents stand on. */
const GROUNDS = { light: '#ffffff', dark: '#171a21' } as const;

/** The reader's own choice of before; null when there is none, or the browser keeps nothing for us. */
export function chosenMode(): Mode | null {
  try {
    return MODES.find((mode) => mode === localStorage.getItem(STORED)) ?? null;
  } catch {
    return null;
  }
}

/** Remembers and shows the reader's choice. */
export function chooseMode(mode: Mode): void {
  try {
    localStorage.setItem(STORED, mode);
  } catch {
    // An embedded page may have no storage: then the choice holds until it is closed.
  }
  showMode(mode);
}

/** Shows the link's colours, and its mode unless the reader has chosen another. */
export function applyTheme({ color, mode }: Session['theme']): void {
  showMode(chosenMode() ?? mode);
  const { style } = document.documentElement;
  for (const name of ['light', 'dark'] as const) {
    const accent = color === null ? null : accentOn(color, GROUNDS[name]);
    if (accent === null) continue;
    style.setProperty(`--accent-${name}`, accent.color);
    style.setProperty(`--on-accent-${name}`, accent.on);
  }
}

function showMode(mode: Mode): void {
  document.documentElement.dataset.mode = mode;
}

import { useState } from 'react';
import { useSession } from '../session/session-context.ts';
import { chooseMode, chosenMode, type Mode } from '../theme/theme.ts';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';

const LABELS = { system: 'System', light: 'Light', dark: 'Dark' } as const satisfies Record<Mode, string>;

/** Light, dark, or as the reader's system has it. */
export function ModeMenu() {
  const { theme } = useSession();
  const [mode, setMode] = useState<Mode>(chosenMode() ?? theme.mode);
  const choose = (next: Mode) => {
    chooseMode(next);
    setMode(next);
  };
  return (
    <Menu
      label={`Colours: ${LABELS[mode]}`}
      trigger={
        <>
          <Icon name="contrast" />
          Colours: {LABELS[mode]}
        </>
      }
      items={(['system', 'light', 'dark'] as const).map((one) => ({
        label: LABELS[one],
        checked: one === mode,
        onSelect: () => choose(one),
      }))}
    />
  );
}

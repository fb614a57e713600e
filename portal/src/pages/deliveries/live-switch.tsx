import { Button } from '../../components/button.tsx';
import type { Live } from './live.ts';

/** Whether the list grows by itself, and what has come while it does not. */
export function LiveSwitch({
  live,
  isPaused,
  onChange,
}: {
  live: Live;
  isPaused: boolean;
  onChange: (isPaused: boolean) => void;
}) {
  if (live.state === 'off') return <span className="muted small">An older page: it does not change by itself.</span>;
  return (
    <div className="row wrap">
      <Button
        variant="plain"
        icon={isPaused ? 'play' : 'pause'}
        aria-pressed={isPaused}
        onClick={() => onChange(!isPaused)}
      >
        {isPaused ? 'Paused' : 'Pause'}
      </Button>
      <span className="live small muted" data-state={isPaused ? 'paused' : live.state} role="status">
        {isPaused
          ? heldWords(live.held)
          : live.state === 'live'
            ? 'Live: new deliveries appear by themselves'
            : 'Connecting …'}
      </span>
    </div>
  );
}

function heldWords(held: number): string {
  if (held === 0) return 'Nothing new meanwhile';
  return `${held} new or changed: press to show`;
}

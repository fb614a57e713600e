import { Icon, type IconName } from './icon.tsx';

/** The look of a state: never by colour alone, each has a shape and a word. */
export type Tone = 'good' | 'bad' | 'waiting' | 'neutral' | 'warning';

export function Badge({ tone, icon, children }: { tone: Tone; icon: IconName; children: string }) {
  return (
    <span className={`badge ${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

const DELIVERY = {
  pending: { tone: 'waiting', icon: 'clock', label: 'Pending' },
  delivered: { tone: 'good', icon: 'check', label: 'Delivered' },
  failed: { tone: 'bad', icon: 'cross', label: 'Failed' },
  cancelled: { tone: 'neutral', icon: 'ban', label: 'Cancelled' },
  in_progress: { tone: 'waiting', icon: 'send', label: 'Under way' },
  worker_lost: { tone: 'warning', icon: 'warning', label: 'Interrupted' },
} as const satisfies Record<string, { tone: Tone; icon: IconName; label: string }>;

export type ShownStatus = keyof typeof DELIVERY;

/** State of a delivery or of one attempt. */
export function StatusBadge({ status }: { status: ShownStatus }) {
  const { tone, icon, label } = DELIVERY[status];
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

/** Whether an endpoint takes events: by its flags as the API has them. */
export function StandingBadge({ endpoint }: { endpoint: { disabled: boolean; pausedAt: string | null } }) {
  if (endpoint.disabled) {
    return (
      <Badge tone="neutral" icon="ban">
        Disabled
      </Badge>
    );
  }
  if (endpoint.pausedAt !== null) {
    return (
      <Badge tone="warning" icon="pause">
        Paused
      </Badge>
    );
  }
  return (
    <Badge tone="good" icon="check">
      Enabled
    </Badge>
  );
}

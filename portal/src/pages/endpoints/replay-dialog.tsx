import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Checkbox, Field, FieldGroup } from '../../components/field.tsx';
import { ErrorNote } from '../../components/states.tsx';
import { readLocalInput, showLocalInput } from '../../format/local-input.ts';
import { endpointsQuery, nameOf } from './endpoint-queries.ts';
import { ReplayProgress } from './replay-progress.tsx';

const HOUR_MS = 3_600_000;
const KINDS = [
  { kind: 'failed', label: 'Failed' },
  { kind: 'cancelled', label: 'Cancelled', help: 'Such as those that came while the endpoint was disabled.' },
  { kind: 'missing', label: 'Never sent', help: 'Events that it takes now, and did not when they came.' },
] as const;
type Kind = (typeof KINDS)[number]['kind'];

interface Choice {
  endpointId: string;
  since: string;
  until: string;
  include: Kind[];
}

interface ReplayDialogProps {
  /** Chosen already; absent: it is asked for. */
  endpointId?: string | undefined;
  onClose: () => void;
}

/** Sends again what failed since a time: first the count, then the deed, then its progress. */
export function ReplayDialog({ endpointId, onClose }: ReplayDialogProps) {
  const endpoints = useQuery(endpointsQuery).data ?? [];
  const [choice, setChoice] = useState<Choice>(() => ({
    endpointId: endpointId ?? '',
    since: new Date(Date.now() - 24 * HOUR_MS).toISOString(),
    until: new Date().toISOString(),
    include: ['failed'],
  }));
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [replayed, setReplayed] = useState<number | null>(null);
  const set = (change: Partial<Choice>) => setChoice((before) => ({ ...before, ...change }));
  const endpoint = endpoints.find(({ id }) => id === choice.endpointId);
  const isWhole = choice.endpointId !== '' && choice.include.length > 0 && choice.since < choice.until;
  const counting = useQuery({
    queryKey: ['replay-count', choice],
    queryFn: () => replay(choice, true),
    enabled: isWhole && replayed === null,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const { matched } = counting.data ?? {};
  const count = matched === undefined ? null : matched.failed + matched.cancelled + matched.missing;

  const start = async () => {
    setBusy(true);
    setFault(null);
    try {
      setReplayed((await replay(choice, false)).replayed);
    } catch (error) {
      setFault(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };

  if (replayed !== null) {
    return (
      <Dialog open onClose={onClose} title="Resending">
        <ReplayProgress endpointId={choice.endpointId} since={choice.since} until={choice.until} replayed={replayed} />
        <footer className="dialog-foot">
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </footer>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Resend since …"
      description="Sends again, to one endpoint, what did not arrive. Ids stay, so that your receiver can tell repeats."
    >
      {endpointId === undefined && (
        <Field label="Endpoint">
          {(control) => (
            <select
              {...control}
              value={choice.endpointId}
              onChange={(event) => set({ endpointId: event.target.value })}
            >
              <option value="">Choose one …</option>
              {endpoints.map((one) => (
                <option key={one.id} value={one.id}>
                  {nameOf(one)}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <div className="field-row">
        {(['since', 'until'] as const).map((name) => (
          <Field key={name} label={name === 'since' ? 'Published from' : 'Until'}>
            {(control) => (
              <input
                {...control}
                type="datetime-local"
                value={showLocalInput(choice[name])}
                onChange={(event) => {
                  const at = readLocalInput(event.target.value);
                  if (at !== undefined) set({ [name]: at });
                }}
              />
            )}
          </Field>
        ))}
      </div>
      <FieldGroup label="Which">
        {KINDS.map(({ kind, label, ...more }) => (
          <Checkbox
            key={kind}
            label={matched && choice.include.includes(kind) ? `${label} (${matched[kind]})` : label}
            help={'help' in more ? more.help : undefined}
            checked={choice.include.includes(kind)}
            onChange={(on) =>
              set({ include: on ? [...choice.include, kind] : choice.include.filter((one) => one !== kind) })
            }
          />
        ))}
      </FieldGroup>
      <p role="status" className="muted">
        {counting.isFetching && 'Counting …'}
        {!counting.isFetching && isWhole && count !== null && countWords(count)}
        {choice.since >= choice.until && 'The beginning must lie before the end.'}
      </p>
      {endpoint?.disabled && (
        <ErrorNote>This endpoint is disabled. Enable it first, or all of this is cancelled.</ErrorNote>
      )}
      {counting.isError && isWhole && <ErrorNote>{wordsOf(counting.error)}</ErrorNote>}
      {fault && <ErrorNote>{fault}</ErrorNote>}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Leave it</Button>
        <Button
          variant="primary"
          icon="retry"
          busy={isBusy}
          disabled={!isWhole || counting.isFetching || !count || endpoint?.disabled}
          onClick={() => void start()}
        >
          {count ? `Resend ${count}` : 'Resend'}
        </Button>
      </footer>
    </Dialog>
  );
}

function countWords(count: number): string {
  if (count === 0) return 'Nothing of this kind is there: all has arrived.';
  return count === 1 ? '1 delivery would be sent again.' : `${count} deliveries would be sent again.`;
}

function replay({ endpointId, since, until, include }: Choice, dryRun: boolean) {
  const params = { path: { id: endpointId } };
  return ask(api.POST('/v1/endpoints/{id}/replay', { params, body: { since, until, include, dryRun } }));
}

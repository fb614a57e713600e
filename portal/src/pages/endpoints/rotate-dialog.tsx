import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { ErrorNote } from '../../components/states.tsx';
import { type Endpoint, type EndpointWithSecret, endpointQuery, nameOf } from './endpoint-queries.ts';
import { SecretDialog } from './secret-dialog.tsx';

const HOUR_SECONDS = 3_600;
const OVERLAPS = [
  { seconds: 0, label: 'Not at all: the old one is known to others' },
  { seconds: HOUR_SECONDS, label: '1 hour' },
  { seconds: 24 * HOUR_SECONDS, label: '1 day' },
  { seconds: 7 * 24 * HOUR_SECONDS, label: '7 days' },
];
const DEFAULT_OVERLAP = 24 * HOUR_SECONDS;

/** Gives an endpoint a new secret, and shows it. */
export function RotateDialog({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const client = useQueryClient();
  const [overlapSeconds, setOverlap] = useState(DEFAULT_OVERLAP);
  const [rotated, setRotated] = useState<EndpointWithSecret | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const rotate = async () => {
    setBusy(true);
    setFault(null);
    try {
      const params = { path: { id: endpoint.id } };
      setRotated(await ask(api.POST('/v1/endpoints/{id}/rotate-secret', { params, body: { overlapSeconds } })));
      void client.invalidateQueries({ queryKey: endpointQuery(endpoint.id).queryKey });
    } catch (error) {
      setFault(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  if (rotated?.secret) return <SecretDialog title="The new secret" endpoint={rotated} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Rotate the secret of ${nameOf(endpoint)}`}
      description="A new secret is made and shown to you once. While the old one signs along, your receiver may know either, so that nothing is lost while you change it."
    >
      <Field
        label="The old secret signs along for"
        help="Where the dialect can carry two signatures; else the new one signs alone at once."
      >
        {(control) => (
          <select {...control} value={overlapSeconds} onChange={(event) => setOverlap(Number(event.target.value))}>
            {OVERLAPS.map(({ seconds, label }) => (
              <option key={seconds} value={seconds}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {fault && <ErrorNote>{fault}</ErrorNote>}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Keep the old one</Button>
        <Button variant="primary" busy={isBusy} onClick={() => void rotate()}>
          Rotate the secret
        </Button>
      </footer>
    </Dialog>
  );
}

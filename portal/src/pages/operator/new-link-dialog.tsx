import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { api, ask, type Schema } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Checkbox, Field } from '../../components/field.tsx';
import { ErrorNote } from '../../components/states.tsx';
import { useOrganizationId } from './organization-id.ts';

const HOUR_SECONDS = 3_600;
const LIFETIMES = [
  { seconds: HOUR_SECONDS, label: 'An hour' },
  { seconds: 24 * HOUR_SECONDS, label: 'A day' },
  { seconds: 7 * 24 * HOUR_SECONDS, label: 'A week' },
];

/** Asks what a link may do and for how long it waits, and makes it. */
export function NewLinkDialog({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (made: Schema<'PortalLinkWithUrl'>) => void;
}) {
  const organizationId = useOrganizationId();
  const form = useId();
  const [readOnly, setReadOnly] = useState(false);
  const [expiresInSeconds, setExpires] = useState(HOUR_SECONDS);
  const [returnUrl, setReturnUrl] = useState('');
  const making = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/v1/organizations/{organizationId}/portal-links', {
          params: { path: { organizationId } },
          body: { readOnly, expiresInSeconds, ...(returnUrl !== '' && { returnUrl }) },
        }),
      ),
    onSuccess: onMade,
  });
  return (
    <Dialog open onClose={onClose} title="Make a portal link">
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        {making.error && <ErrorNote>{wordsOf(making.error)}</ErrorNote>}
        <Field label="May wait for its one use">
          {(control) => (
            <select {...control} value={expiresInSeconds} onChange={(event) => setExpires(Number(event.target.value))}>
              {LIFETIMES.map(({ seconds, label }) => (
                <option key={seconds} value={seconds}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Return address" optional help="Where “back” leads from the portal.">
          {(control) => (
            <input
              {...control}
              type="url"
              placeholder="https://app.example.com/settings"
              value={returnUrl}
              onChange={(event) => setReturnUrl(event.target.value)}
            />
          )}
        </Field>
        <Checkbox
          label="Read-only"
          help="The portal may be looked at, and nothing changed."
          checked={readOnly}
          onChange={setReadOnly}
        />
      </form>
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" form={form} variant="primary" busy={making.isPending}>
          Make the link
        </Button>
      </footer>
    </Dialog>
  );
}

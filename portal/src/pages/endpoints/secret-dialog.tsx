import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Checkbox } from '../../components/field.tsx';
import type { EndpointWithSecret } from './endpoint-queries.ts';

/** The secret, this once. The dialog goes only by its button, so that no stray click loses it. */
export function SecretDialog({
  title,
  endpoint,
  onClose,
}: {
  title: string;
  endpoint: EndpointWithSecret;
  onClose: () => void;
}) {
  const [isKept, setKept] = useState(false);
  const isKey = endpoint.publicKey !== null;
  const secret = endpoint.secret ?? '';
  return (
    <Dialog
      open
      insistent
      onClose={onClose}
      title={title}
      description={
        isKey
          ? 'Your receiver verifies by this public key that a request is ours.'
          : 'Your receiver verifies with this secret that a request is ours. It is shown only now: keep it where your receiver finds it, such as its configuration.'
      }
    >
      <div className="secret">
        <code>{secret}</code>
        <CopyButton text={secret} label={isKey ? 'Public key' : 'Secret'}>
          Copy
        </CopyButton>
      </div>
      <Checkbox label="I have kept it" checked={isKept} onChange={setKept} />
      <footer className="dialog-foot">
        <Button variant="primary" disabled={!isKept} onClick={onClose}>
          Go on
        </Button>
      </footer>
    </Dialog>
  );
}

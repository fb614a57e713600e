import type { ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog } from '../../components/dialog.tsx';

/** A secret that nobody can read again: it stays until the reader says that it is kept. */
export function ShownOnce({
  title,
  label,
  secret,
  children,
  onClose,
}: {
  title: string;
  /** What it is: "API key". */
  label: string;
  secret: string;
  /** What it is for. */
  children: ReactNode;
  onClose: () => void;
}) {
  return (
    <Dialog open onClose={onClose} title={title} description={children} insistent>
      <div className="stack">
        <div className="row">
          <input
            className="grow mono"
            readOnly
            aria-label={label}
            value={secret}
            onFocus={(event) => event.target.select()}
          />
          <CopyButton text={secret} label={label}>
            Copy
          </CopyButton>
        </div>
      </div>
      <footer className="dialog-foot">
        <Button variant="primary" onClick={onClose}>
          I have kept it
        </Button>
      </footer>
    </Dialog>
  );
}

import { Dialog as Primitive } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { wordsOf } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { ErrorNote } from './states.tsx';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** A sentence under the title. */
  description?: ReactNode;
  children?: ReactNode;
  /** It is closed by its own buttons only: for what is shown once. */
  insistent?: boolean;
  wide?: boolean;
}

/**
 * A dialog. The ground behind it is ours and not the library's, whose scroll lock writes a style tag that the page's policy
 * refuses; `styles/dialog.css` keeps the page from scrolling.
 */
export function Dialog({ open, onClose, title, description, children, insistent = false, wide = false }: DialogProps) {
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <div className="dialog-ground">
          <Primitive.Content
            className={`dialog ${wide ? 'wide' : ''}`}
            onInteractOutside={(event) => insistent && event.preventDefault()}
            onEscapeKeyDown={(event) => insistent && event.preventDefault()}
            {...(!description && { 'aria-describedby': undefined })}
          >
            <header className="dialog-head">
              <Primitive.Title>{title}</Primitive.Title>
              {!insistent && (
                <Primitive.Close className="button quiet icon-only" aria-label="Close">
                  <Icon name="cross" />
                </Primitive.Close>
              )}
            </header>
            {description && <Primitive.Description className="dialog-text">{description}</Primitive.Description>}
            {children}
          </Primitive.Content>
        </div>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description: ReactNode;
  /** What the button says: the deed, never "OK". */
  action: string;
  danger?: boolean;
  onConfirm: () => Promise<unknown>;
}

/** Asks before something that cannot easily be undone; stays open with the reason when it fails. */
export function ConfirmDialog({ open, onClose, title, description, action, danger = false, onConfirm }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const close = () => {
    setFault(null);
    onClose();
  };
  const confirm = async () => {
    setBusy(true);
    setFault(null);
    try {
      await onConfirm();
      close();
    } catch (error) {
      setFault(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open={open} onClose={close} title={title} description={description}>
      {fault && <ErrorNote>{fault}</ErrorNote>}
      <footer className="dialog-foot">
        <Button onClick={close}>Keep as it is</Button>
        <Button variant={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void confirm()}>
          {action}
        </Button>
      </footer>
    </Dialog>
  );
}

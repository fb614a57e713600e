import type { ReactNode } from 'react';
import { ApiProblem, wordsOf } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

/** Something is on its way. `page`: in the middle of an otherwise empty page. */
export function Spinner({ label, page = false }: { label: string; page?: boolean }) {
  return (
    <div className={page ? 'loading page' : 'loading'} role="status">
      <span className="spinner" aria-hidden="true" />
      {label}…
    </div>
  );
}

/** There is nothing yet, and what to do about it. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A fault beside what it is about. */
export function ErrorNote({ children }: { children: ReactNode }) {
  return (
    <div className="note failed" role="alert">
      <Icon name="warning" />
      <div>{children}</div>
    </div>
  );
}

/** A page or a part of it could not be read: why, and a way on. */
export function ErrorState({ error, what, onRetry }: { error: unknown; what: string; onRetry?: () => void }) {
  if (error instanceof ApiProblem && error.isNotFound) {
    return (
      <Empty icon="search" title={`There is no such ${what}`}>
        <p>It was deleted, or it belongs to someone else. Check the address, or go back to the list.</p>
      </Empty>
    );
  }
  return (
    <div className="empty" role="alert">
      <Icon name="warning" />
      <h2>This {what} could not be read</h2>
      <p>{wordsOf(error)}</p>
      {onRetry && (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

import { type ReactNode, useEffect, useRef } from 'react';
import { Logo } from '../components/logo.tsx';

/** A page outside the portal proper: a card with a few words and what to do. */
export function EntryPage({ title, children }: { title: string; children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Webhooks`;
    heading.current?.focus();
  }, [title]);
  return (
    <main className="entry">
      <div className="entry-card stack">
        <Logo />
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </div>
    </main>
  );
}

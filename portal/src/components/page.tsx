import { type ReactNode, useEffect, useRef } from 'react';

interface PageProps {
  title: string;
  /** Before the title in small: the way up. */
  above?: ReactNode;
  /** Beside the title, such as a state. */
  beside?: ReactNode;
  /** A sentence below. */
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** What every page begins with. On arrival the title takes the focus, so that the keyboard and screen readers begin there. */
export function Page({ title, above, beside, lead, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    document.title = `${title} · Webhooks`;
  }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-title">
          {above && <nav aria-label="Where this is">{above}</nav>}
          <div className="row wrap">
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {beside}
          </div>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="row wrap actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

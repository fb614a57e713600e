import { type ReactNode, useId } from 'react';

/** A part of a form or page, with its heading. */
export function Section({
  title,
  lead,
  actions,
  isFlush = false,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** What is in it reaches its edges, as tables do. */
  isFlush?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <div>
          <h2 id={id}>{title}</h2>
          {lead && <p className="muted small">{lead}</p>}
        </div>
        {actions && <div className="row wrap">{actions}</div>}
      </div>
      {isFlush ? children : <div className="card-body stack">{children}</div>}
    </section>
  );
}

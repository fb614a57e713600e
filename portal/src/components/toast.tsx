import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { Icon } from './icon.tsx';

const SHOWN_MS = 6_000;

interface Toast {
  id: number;
  kind: 'done' | 'failed';
  text: string;
}

interface Toasts {
  done(text: string): void;
  failed(text: string): void;
}

const ToastContext = createContext<Toasts | null>(null);

/** Says in a corner, and to screen readers, what came of something. Nothing stands only there: it goes by itself. */
export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (toasts === null) throw new Error('no toasts: used outside their provider');
  return toasts;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly Toast[]>([]);
  const lastId = useRef(0);
  const dismiss = useCallback((id: number) => setShown((all) => all.filter((toast) => toast.id !== id)), []);
  const toasts = useMemo<Toasts>(() => {
    const show = (kind: Toast['kind'], text: string) => {
      lastId.current += 1;
      const id = lastId.current;
      setShown((all) => [...all, { id, kind, text }]);
      setTimeout(() => dismiss(id), SHOWN_MS);
    };
    return { done: (text) => show('done', text), failed: (text) => show('failed', text) };
  }, [dismiss]);
  return (
    <ToastContext value={toasts}>
      {children}
      <section className="toasts" aria-label="Messages" aria-live="polite">
        {shown.map(({ id, kind, text }) => (
          <div key={id} className={`toast ${kind}`}>
            <Icon name={kind === 'done' ? 'check' : 'warning'} />
            <span>{text}</span>
            <button type="button" className="button quiet icon-only" aria-label="Dismiss" onClick={() => dismiss(id)}>
              <Icon name="cross" />
            </button>
          </div>
        ))}
      </section>
    </ToastContext>
  );
}

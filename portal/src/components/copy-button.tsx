import { useEffect, useRef, useState } from 'react';
import { Icon } from './icon.tsx';

const SHOWN_MS = 2_000;

/** Copies a text and says so. `label` names what it is, for those who do not see where the button stands. */
export function CopyButton({ text, label, children }: { text: string; label: string; children?: string }) {
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      // Without HTTPS, or embedded without permission, browsers refuse: the text can still be marked.
      setState('refused');
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState('ready'), SHOWN_MS);
  };
  return (
    <button
      type="button"
      className={`button ${children ? 'plain' : 'quiet icon-only'}`}
      aria-label={children ? undefined : `Copy ${label}`}
      title={`Copy ${label}`}
      onClick={() => void copy()}
    >
      <Icon name={state === 'copied' ? 'check' : 'copy'} />
      {children && (state === 'copied' ? 'Copied' : children)}
      <span className="hidden" role="status">
        {state === 'copied' && `${label} copied`}
        {state === 'refused' && 'The browser does not let us copy: mark the text and copy it yourself'}
      </span>
    </button>
  );
}

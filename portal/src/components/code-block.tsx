import { CopyButton } from './copy-button.tsx';

/** Text as it is, of fixed width, with a button to copy it. `label` names it; long ones scroll in themselves, by keyboard too. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <section className="code" aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (axe, scrollable-region-focusable) */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
      <CopyButton text={code} label={label} />
    </section>
  );
}

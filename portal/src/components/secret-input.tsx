import type { ControlProps } from './field.tsx';

/** How the gateway shows a stored secret; given back, it keeps it. */
export const MASK = '••••';

interface SecretInputProps {
  control: Partial<ControlProps> & { 'aria-label'?: string };
  value: string;
  placeholder?: string | undefined;
  onChange: (value: string) => void;
}

/** A secret to type. A stored one stands as its mask, which the first key replaces, so that no half of it is kept. */
export function SecretInput({ control, value, placeholder, onChange }: SecretInputProps) {
  return (
    <input
      {...control}
      type={value === MASK ? 'text' : 'password'}
      autoComplete="new-password"
      spellCheck={false}
      placeholder={placeholder}
      value={value}
      onFocus={(event) => value === MASK && event.target.select()}
      onChange={({ target }) => onChange(value === MASK ? target.value.replaceAll('•', '') : target.value)}
    />
  );
}

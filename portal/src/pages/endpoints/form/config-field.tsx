import type { ReactNode } from 'react';
import { Button } from '../../../components/button.tsx';
import { Checkbox, type ControlProps, Field, FieldGroup } from '../../../components/field.tsx';
import { SecretInput } from '../../../components/secret-input.tsx';
import type { ConfigValue, ConfigValues } from './config-model.ts';
import type { DestinationField } from './form-model.ts';
import { OptionsPicker } from './options-picker.tsx';

interface ConfigFieldProps {
  kind: string;
  field: DestinationField;
  fields: readonly DestinationField[];
  values: ConfigValues;
  error: string | undefined;
  endpointId: string | undefined;
  onChange: (value: ConfigValue) => void;
}

/** One field of a native destination, drawn by its kind. */
export function ConfigFieldControl(props: ConfigFieldProps) {
  const { field, values, error, onChange } = props;
  const value = values[field.name];
  if (field.kind === 'boolean') {
    const standing = typeof value === 'boolean' ? value : field.default === true;
    return <Checkbox label={field.label} help={field.help} checked={standing} onChange={onChange} />;
  }
  if (field.kind === 'map') {
    const rows = Array.isArray(value) ? value : [];
    return (
      <FieldGroup label={field.label} help={field.help} error={error}>
        <MapRows field={field} rows={rows} onChange={onChange} />
      </FieldGroup>
    );
  }
  const text = typeof value === 'string' ? value : '';
  return (
    <Field label={field.label} help={field.help} optional={!field.required} error={error}>
      {(control) => (
        <>
          {textControl(field, text, control, onChange)}
          {field.loads && <OptionsPicker {...props} onPick={(picked) => onChange(picked)} value={text} />}
        </>
      )}
    </Field>
  );
}

function textControl(
  field: DestinationField,
  text: string,
  control: ControlProps,
  onChange: (value: string) => void,
): ReactNode {
  if (field.kind === 'select') {
    const standing = typeof field.default === 'string' ? field.default : '';
    return (
      <select {...control} value={text || standing} onChange={(event) => onChange(event.target.value)}>
        {standing === '' && <option value="">{field.required ? 'Choose …' : 'None'}</option>}
        {field.options?.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  if (field.secret) {
    return <SecretInput control={control} value={text} placeholder={field.placeholder} onChange={onChange} />;
  }
  const shared = {
    ...control,
    spellCheck: false,
    placeholder: field.placeholder ?? (field.default === undefined ? undefined : String(field.default)),
    value: text,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  if (field.kind === 'list') return <textarea {...shared} rows={3} />;
  // What is written in Liquid takes more than a line.
  if (field.kind === 'text' && (field.maxLength ?? 0) > 2_000) return <textarea {...shared} rows={4} />;
  return <input {...shared} autoComplete="off" inputMode={field.kind === 'number' ? 'numeric' : undefined} />;
}

type Rows = { key: string; value: string }[];

function MapRows({ field, rows, onChange }: { field: DestinationField; rows: Rows; onChange: (rows: Rows) => void }) {
  const change = (at: number, part: Partial<Rows[number]>) =>
    onChange(rows.map((row, i) => (i === at ? { ...row, ...part } : row)));
  const free = field.options?.filter(({ value }) => !rows.some(({ key }) => key === value));
  return (
    <>
      {rows.map((row, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own while they are typed
        <div className="pair-row" key={i}>
          {field.options ? (
            <select
              aria-label={`${field.label}: name ${i + 1}`}
              value={row.key}
              onChange={(event) => change(i, { key: event.target.value })}
            >
              {field.options.map(({ value, label }) => (
                <option
                  key={value}
                  value={value}
                  disabled={value !== row.key && !free?.some((one) => one.value === value)}
                >
                  {label}
                </option>
              ))}
            </select>
          ) : (
            <input
              aria-label={`${field.label}: name ${i + 1}`}
              value={row.key}
              onChange={(event) => change(i, { key: event.target.value })}
            />
          )}
          <input
            aria-label={`${field.label}: value ${i + 1}`}
            value={row.value}
            onChange={(event) => change(i, { value: event.target.value })}
          />
          <Button
            variant="quiet"
            icon="cross"
            className="icon-only"
            aria-label={`${field.label}: remove row ${i + 1}`}
            onClick={() => onChange(rows.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      {free?.length !== 0 && (
        <div>
          <Button icon="plus" onClick={() => onChange([...rows, { key: free?.[0]?.value ?? '', value: '' }])}>
            Add row
          </Button>
        </div>
      )}
    </>
  );
}

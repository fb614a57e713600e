import { ConfigFieldControl } from './config-field.tsx';
import { type ConfigValues, isAsked } from './config-model.ts';
import type { FormFaults } from './form-faults.ts';
import type { DestinationField } from './form-model.ts';

interface ConfigFieldsProps {
  kind: string;
  fields: readonly DestinationField[];
  values: ConfigValues;
  faults: FormFaults;
  endpointId: string | undefined;
  onChange: (values: ConfigValues) => void;
}

/** The fields that a native destination declares, as far as they are asked for; those with a standing answer are folded away. */
export function ConfigFields({ kind, fields, values, faults, endpointId, onChange }: ConfigFieldsProps) {
  const asked = fields.filter((field) => isAsked(field, values, fields));
  const isFirst = (field: DestinationField) =>
    field.required || values[field.name] !== undefined || decides(field, fields);
  const draw = (field: DestinationField) => (
    <ConfigFieldControl
      key={field.name}
      kind={kind}
      field={field}
      fields={fields}
      values={values}
      error={faults.of(`config.${field.name}`)}
      endpointId={endpointId}
      onChange={(value) => onChange({ ...values, [field.name]: value })}
    />
  );
  const later = asked.filter((field) => !isFirst(field));
  return (
    <>
      {asked.filter(isFirst).map(draw)}
      {later.length > 0 && (
        <details className="more" open={later.some(({ name }) => faults.of(`config.${name}`) !== undefined)}>
          <summary>More settings</summary>
          <div className="stack">{later.map(draw)}</div>
        </details>
      )}
    </>
  );
}

/** Whether others are asked for by what this one says. */
function decides({ name }: DestinationField, fields: readonly DestinationField[]): boolean {
  return fields.some(({ when }) => when?.field === name);
}

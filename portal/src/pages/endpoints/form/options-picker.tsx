import { useMutation } from '@tanstack/react-query';
import { api, ask, type Schema } from '../../../api/client.ts';
import { wordsOf } from '../../../api/problem.ts';
import { Button } from '../../../components/button.tsx';
import { type ConfigValues, configOf } from './config-model.ts';
import type { DestinationField } from './form-model.ts';

type NativeKind = Exclude<Schema<'Destination'>['kind'], 'webhook'>;

interface OptionsPickerProps {
  kind: string;
  field: DestinationField;
  fields: readonly DestinationField[];
  values: ConfigValues;
  endpointId: string | undefined;
  value: string;
  onPick: (value: string) => void;
}

/** Asks the vendor, with what the form has so far, for the values that a field may have. */
export function OptionsPicker({ kind, field, fields, values, endpointId, value, onPick }: OptionsPickerProps) {
  const loading = useMutation({
    mutationFn: async () => {
      const body = { field: field.name, config: configOf(fields, values), ...(endpointId && { endpointId }) };
      const params = { path: { kind: kind as NativeKind } };
      return (await ask(api.POST('/v1/destinations/{kind}/options', { params, body }))).data;
    },
  });
  const options = loading.data;
  return (
    <div className="stack-s">
      <div className="row wrap">
        <Button icon="search" busy={loading.isPending} onClick={() => loading.mutate()}>
          {options ? 'Look again' : `Look up ${field.label.toLowerCase()}`}
        </Button>
        {options && options.length > 0 && (
          <select
            className="grow"
            aria-label={`Found for ${field.label}`}
            value={options.some((option) => option.value === value) ? value : ''}
            onChange={(event) => onPick(event.target.value)}
          >
            <option value="" disabled>
              {options.length} found: pick one …
            </option>
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
        )}
      </div>
      <p className="small muted" role="status">
        {options?.length === 0 && 'Nothing was found. Enter it by hand, or check what the credentials may see.'}
      </p>
      {loading.isError && (
        <p className="field-error" role="alert">
          {wordsOf(loading.error)}
        </p>
      )}
    </div>
  );
}

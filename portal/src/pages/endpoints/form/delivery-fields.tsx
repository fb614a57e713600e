import { Field, FieldGroup } from '../../../components/field.tsx';
import type { FormFaults } from './form-faults.ts';
import type { EndpointForm } from './form-model.ts';

interface DeliveryFieldsProps {
  form: EndpointForm;
  set: (change: Partial<EndpointForm>) => void;
  faults: FormFaults;
  isNew: boolean;
}

const STARTING_SCHEDULE = '5 s, 5 min, 30 min, 2 h, 10 h';

/** Retries, timeout and limits. */
export function DeliveryFields({ form, set, faults, isNew }: DeliveryFieldsProps) {
  const asUsual = isNew ? 'as usual' : 'no limit';
  const number = (name: 'timeoutSeconds' | 'ratePerSecond' | 'maxPerHour' | 'maxConcurrency', placeholder: string) => ({
    inputMode: 'decimal' as const,
    autoComplete: 'off',
    placeholder,
    value: form[name],
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
  });
  return (
    <>
      <RetryFields form={form} set={set} error={faults.of('retryDelaysMs')} />
      <details className="more">
        <summary>Timeout and limits</summary>
        <div className="field-row">
          <Field label="Timeout in seconds" help="1 to 30." error={faults.of('timeoutMs')}>
            {(control) => <input {...control} {...number('timeoutSeconds', 'as usual')} />}
          </Field>
          <Field label="Requests per second" help="The rest waits." error={faults.of('ratePerSecond')}>
            {(control) => <input {...control} {...number('ratePerSecond', asUsual)} />}
          </Field>
          <Field label="Requests per hour" help="The rest waits." error={faults.of('maxPerHour')}>
            {(control) => <input {...control} {...number('maxPerHour', asUsual)} />}
          </Field>
          <Field label="At the same time" help="Requests open at once." error={faults.of('maxConcurrency')}>
            {(control) => <input {...control} {...number('maxConcurrency', 'as usual')} />}
          </Field>
        </div>
      </details>
    </>
  );
}

function RetryFields({ form, set, error }: Pick<DeliveryFieldsProps, 'form' | 'set'> & { error: string | undefined }) {
  const { retryDelays } = form;
  const choice = retryDelays === null ? 'usual' : retryDelays === '' ? 'never' : 'own';
  const choices = [
    { value: 'usual', label: 'As usual', schedule: null },
    { value: 'own', label: 'By my own schedule', schedule: STARTING_SCHEDULE },
    { value: 'never', label: 'Never', schedule: '' },
  ] as const;
  return (
    <>
      <FieldGroup label="Try again after a failure">
        <div className="row wrap choices">
          {choices.map(({ value, label, schedule }) => (
            <label key={value} className="check">
              <input
                type="radio"
                name="retries"
                checked={choice === value}
                onChange={() => set({ retryDelays: schedule })}
              />
              {label}
            </label>
          ))}
        </div>
      </FieldGroup>
      {retryDelays !== null && choice !== 'never' && (
        <Field
          label="Waits before the second, third … attempt"
          help="Separated by commas: 5 s, 5 min, 2 h, 1 d. After the last one the delivery has failed."
          error={error}
        >
          {(control) => (
            <input
              {...control}
              autoComplete="off"
              value={retryDelays}
              onChange={(event) => set({ retryDelays: event.target.value || ' ' })}
            />
          )}
        </Field>
      )}
    </>
  );
}

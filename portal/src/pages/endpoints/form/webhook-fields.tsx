import { Button } from '../../../components/button.tsx';
import { Checkbox, Field, FieldGroup } from '../../../components/field.tsx';
import { SecretInput } from '../../../components/secret-input.tsx';
import type { FormFaults } from './form-faults.ts';
import type { EndpointForm } from './form-model.ts';

interface WebhookFieldsProps {
  form: EndpointForm;
  set: (change: Partial<EndpointForm>) => void;
  faults: FormFaults;
  isNew: boolean;
}

/** What a webhook asks for: its address, and what is sent along. */
export function WebhookFields({ form, set, faults, isNew }: WebhookFieldsProps) {
  const { basicAuth } = form;
  return (
    <>
      <Field label="URL" help="Each event is sent there by POST, signed." error={faults.of('url')}>
        {(control) => (
          <input
            {...control}
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            required
            placeholder="https://example.com/webhooks"
            value={form.url}
            onChange={(event) => set({ url: event.target.value })}
          />
        )}
      </Field>
      <HeaderFields headers={form.headers} error={faults.of('headers')} onChange={(headers) => set({ headers })} />
      <Checkbox
        label="Basic authentication"
        help="Sent as the header Authorization with every request."
        checked={basicAuth !== null}
        onChange={(on) => set({ basicAuth: on ? { username: '', password: '' } : null })}
      />
      {basicAuth && (
        <div className="field-row">
          <Field label="User name" error={faults.of('basicAuth')}>
            {(control) => (
              <input
                {...control}
                autoComplete="off"
                value={basicAuth.username}
                onChange={(event) => set({ basicAuth: { ...basicAuth, username: event.target.value } })}
              />
            )}
          </Field>
          <Field label="Password">
            {(control) => (
              <SecretInput
                control={control}
                value={basicAuth.password}
                onChange={(password) => set({ basicAuth: { ...basicAuth, password } })}
              />
            )}
          </Field>
        </div>
      )}
      {isNew && (
        <Field
          label="Signing secret"
          optional
          help="Leave it empty and a fresh one is made, which is shown to you once."
          error={faults.of('secret')}
        >
          {(control) => <SecretInput control={control} value={form.secret} onChange={(secret) => set({ secret })} />}
        </Field>
      )}
    </>
  );
}

type Headers = EndpointForm['headers'];

function HeaderFields({
  headers,
  error,
  onChange,
}: {
  headers: Headers;
  error: string | undefined;
  onChange: (headers: Headers) => void;
}) {
  const change = (at: number, part: Partial<Headers[number]>) =>
    onChange(headers.map((header, i) => (i === at ? { ...header, ...part } : header)));
  return (
    <FieldGroup
      label="Custom headers"
      help="Sent along with every request. Values are never shown again."
      error={error}
    >
      {headers.map((header, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own while they are typed
        <div className="pair-row" key={i}>
          <input
            aria-label={`Name of header ${i + 1}`}
            placeholder="X-Api-Key"
            spellCheck={false}
            autoComplete="off"
            value={header.name}
            onChange={(event) => change(i, { name: event.target.value })}
          />
          <SecretInput
            control={{ 'aria-label': `Value of header ${i + 1}` }}
            value={header.value}
            onChange={(value) => change(i, { value })}
          />
          <Button
            variant="quiet"
            icon="cross"
            className="icon-only"
            aria-label={`Remove header ${i + 1}`}
            onClick={() => onChange(headers.filter((_, at) => at !== i))}
          />
        </div>
      ))}
      <div>
        <Button icon="plus" onClick={() => onChange([...headers, { name: '', value: '' }])}>
          Add header
        </Button>
      </div>
    </FieldGroup>
  );
}

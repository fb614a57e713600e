import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { Schema } from '../../../api/client.ts';
import { Button } from '../../../components/button.tsx';
import { Field } from '../../../components/field.tsx';
import { Section } from '../../../components/section.tsx';
import { ErrorNote } from '../../../components/states.tsx';
import { eventTypesQuery } from '../../catalogue/event-type-queries.ts';
import { ConfigFields } from './config-fields.tsx';
import { DeliveryFields } from './delivery-fields.tsx';
import { EventTypePicker } from './event-type-picker.tsx';
import { FilterFields } from './filter-fields.tsx';
import { NO_FAULTS, readFaults } from './form-faults.ts';
import type { EndpointForm } from './form-model.ts';
import { WebhookFields } from './webhook-fields.tsx';

interface EndpointFormProps {
  initial: EndpointForm;
  destination: Schema<'Destination'>;
  /** Of a saved one, whose stored secrets then fill in what is masked. */
  endpointId?: string;
  submitLabel: string;
  /** Throws what `readFaults` reads: the form shows it and stays. */
  onSubmit: (form: EndpointForm) => Promise<void>;
  /** Beside the submit button. */
  cancel: ReactNode;
  /** Below the fields: what can be tried before saving. */
  tryOut?: (form: EndpointForm) => ReactNode;
}

/** Fields that the API has under other names than the form. */
const API_NAMES: Readonly<Partial<Record<keyof EndpointForm, string>>> = {
  retryDelays: 'retryDelaysMs',
  timeoutSeconds: 'timeoutMs',
};

/** The form of an endpoint, new or saved. What a native destination asks for is drawn from what the server declares. */
export function EndpointFormView({
  initial,
  destination,
  endpointId,
  submitLabel,
  onSubmit,
  cancel,
  tryOut,
}: EndpointFormProps) {
  const [form, setForm] = useState(initial);
  const [faults, setFaults] = useState(NO_FAULTS);
  const [refusals, setRefusals] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const headingId = useId();
  const isWebhook = destination.kind === 'webhook';
  const set = (change: Partial<EndpointForm>) => {
    setForm((before) => ({ ...before, ...change }));
    const changed = Object.keys(change) as (keyof EndpointForm)[];
    setFaults((before) => changed.reduce((left, name) => left.without(API_NAMES[name] ?? name), before));
  };
  const formRef = useRef<HTMLFormElement>(null);
  // To the first field that is wrong, once the refusal is shown.
  useEffect(() => {
    if (refusals > 0) formRef.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [refusals]);

  const submit = async () => {
    if (isBusy) return;
    setBusy(true);
    setFaults(NO_FAULTS);
    try {
      await onSubmit(form);
    } catch (error) {
      setFaults(readFaults(error));
      setRefusals((count) => count + 1);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      ref={formRef}
      noValidate
      className="stack-l"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Section title={isWebhook ? 'Where to' : destination.title} lead={destination.summary}>
        {isWebhook ? (
          <WebhookFields form={form} set={set} faults={faults} isNew={endpointId === undefined} />
        ) : (
          <ConfigFields
            kind={destination.kind}
            fields={destination.fields}
            values={form.config}
            faults={faults}
            endpointId={endpointId}
            onChange={(config) => set({ config })}
          />
        )}
        <Field label="Name" optional help="How you call it in lists." error={faults.of('description')}>
          {(control) => (
            <input
              {...control}
              maxLength={1_024}
              value={form.description}
              onChange={(event) => set({ description: event.target.value })}
            />
          )}
        </Field>
      </Section>
      <Section title="Which events" lead="What is sent there. Everything, or only what you pick.">
        {endpointId === undefined && (
          <DialectField value={form.dialect} onChange={(dialect) => set({ dialect, eventTypes: null })} />
        )}
        <EventTypePicker
          dialect={form.dialect}
          value={form.eventTypes}
          error={faults.of('eventTypes')}
          onChange={(eventTypes) => set({ eventTypes })}
        />
        <FilterFields value={form.filter} error={faults.of('filter')} onChange={(filter) => set({ filter })} />
      </Section>
      <Section title="How it is delivered" lead="The defaults suit almost everybody.">
        <DeliveryFields form={form} set={set} faults={faults} isNew={endpointId === undefined} />
      </Section>
      {tryOut?.(form)}
      <div className="form-foot">
        {faults.all.length > 0 && (
          <ErrorNote>
            <strong id={headingId}>This cannot be saved yet</strong>
            <ul className="bullets" aria-labelledby={headingId}>
              {faults.all.map((fault) => (
                <li key={fault}>{fault}</li>
              ))}
            </ul>
          </ErrorNote>
        )}
        <div className="row wrap">
          <Button type="submit" variant="primary" busy={isBusy}>
            {submitLabel}
          </Button>
          {cancel}
        </div>
      </div>
    </form>
  );
}

/** Every dialect that has event types, and the endpoint's own. */
function DialectField({ value, onChange }: { value: string; onChange: (dialect: string) => void }) {
  const { data = [] } = useQuery(eventTypesQuery);
  const dialects = [...new Set([value, ...data.map(({ dialect }) => dialect)])].filter((name) => name !== '*').sort();
  return (
    <Field label="Dialect" help="Whose events these are, and how their webhooks look and are signed.">
      {(control) => (
        <select {...control} value={value} onChange={(event) => onChange(event.target.value)}>
          {dialects.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
          <option value="*">Every dialect, in the standard envelope</option>
        </select>
      )}
    </Field>
  );
}

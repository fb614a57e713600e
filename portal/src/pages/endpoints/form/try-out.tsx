import { useMutation } from '@tanstack/react-query';
import { api, ask, type Schema } from '../../../api/client.ts';
import { wordsOf } from '../../../api/problem.ts';
import { Button } from '../../../components/button.tsx';
import { Section } from '../../../components/section.tsx';
import { ErrorNote } from '../../../components/states.tsx';
import { ExchangeView } from '../../deliveries/exchange-view.tsx';
import { CheckResult } from '../check-result.tsx';
import { PreviewRequests } from '../preview-requests.tsx';
import { configOf } from './config-model.ts';
import { type DestinationField, type EndpointForm, newEndpointOf } from './form-model.ts';

type NativeKind = Exclude<Schema<'Destination'>['kind'], 'webhook'>;

/** What can be tried before the endpoint is saved: nothing of it is stored. */
export function TryOut({ form, fields }: { form: EndpointForm; fields: readonly DestinationField[] }) {
  const isWebhook = form.destination === 'webhook';
  const checking = useMutation({ mutationFn: () => check(form, fields) });
  const trying = useMutation({ mutationFn: () => sendTrial(form, fields) });
  const previewing = useMutation({ mutationFn: () => preview(form, fields) });
  const first = isWebhook ? trying : checking;
  return (
    <Section title="Try it before you save" lead="Nothing of this is kept.">
      <div className="row wrap">
        {isWebhook ? (
          <Button icon="send" busy={trying.isPending} onClick={() => trying.mutate()}>
            Send a test request
          </Button>
        ) : (
          <Button icon="check" busy={checking.isPending} onClick={() => checking.mutate()}>
            Check the settings
          </Button>
        )}
        <Button icon="search" busy={previewing.isPending} onClick={() => previewing.mutate()}>
          Preview what is sent
        </Button>
      </div>
      {first.isError && <ErrorNote>{wordsOf(first.error)}</ErrorNote>}
      {checking.data && <CheckResult result={checking.data} fields={fields} />}
      {trying.data && <ExchangeView exchange={trying.data.exchange} delivered={trying.data.delivered} />}
      {previewing.isError && <ErrorNote>{wordsOf(previewing.error)}</ErrorNote>}
      {previewing.data && <PreviewRequests preview={previewing.data} />}
    </Section>
  );
}

function check(form: EndpointForm, fields: readonly DestinationField[]) {
  const params = { path: { kind: form.destination as NativeKind } };
  return ask(api.POST('/v1/destinations/{kind}/check', { params, body: { config: configOf(fields, form.config) } }));
}

function sendTrial(form: EndpointForm, fields: readonly DestinationField[]) {
  const { url = '', dialect, headers, basicAuth, timeoutMs, secret } = newEndpointOf(form, fields);
  const body = {
    url,
    ...(dialect && { dialect }),
    ...(headers && { headers }),
    ...(basicAuth && { basicAuth }),
    ...(timeoutMs && { timeoutMs }),
    ...(secret && { secret }),
    ...firstType(form),
  };
  return ask(api.POST('/v1/endpoints/test', { body }));
}

function preview(form: EndpointForm, fields: readonly DestinationField[]) {
  const { destination, url, config, dialect, headers } = newEndpointOf(form, fields);
  const body = {
    ...(destination && { destination }),
    ...(url && { url }),
    ...(config && { config }),
    ...(dialect && { dialect }),
    ...(headers && { headers }),
    ...firstType(form),
  };
  return ask(api.POST('/v1/endpoints/preview', { body }));
}

/** The first type that was picked by its plain name; else the server takes one. */
function firstType({ eventTypes }: EndpointForm): { type?: string } {
  const type = eventTypes?.find((name) => !/[*:]/.test(name));
  return type === undefined ? {} : { type };
}

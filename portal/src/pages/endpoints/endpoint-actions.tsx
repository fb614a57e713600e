import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { Icon } from '../../components/icon.tsx';
import { Menu, type MenuItem } from '../../components/menu.tsx';
import { useToasts } from '../../components/toast.tsx';
import { type Endpoint, endpointQuery, nameOf } from './endpoint-queries.ts';
import { ReplayDialog } from './replay-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';

type Open = 'disable' | 'enable' | 'delete' | 'rotate' | 'replay' | null;

/** What can be done with an endpoint. */
export function EndpointActions({ endpoint }: { endpoint: Endpoint }) {
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const isSigned = endpoint.destination === 'webhook';
  const items: MenuItem[] = [
    { label: 'Resend since …', icon: 'retry', onSelect: () => setOpen('replay') },
    ...(isSigned ? [{ label: 'Rotate the secret', icon: 'key' as const, onSelect: () => setOpen('rotate') }] : []),
    endpoint.disabled
      ? { label: 'Enable', icon: 'play', onSelect: () => setOpen('enable') }
      : { label: 'Disable', icon: 'pause', onSelect: () => setOpen('disable') },
    { label: 'Delete', icon: 'cross', danger: true, onSelect: () => setOpen('delete') },
  ];
  return (
    <>
      {!endpoint.disabled && (
        <Link to="/test" search={{ endpointId: endpoint.id }} className="button primary">
          <Icon name="send" />
          Send a test
        </Link>
      )}
      <Menu
        label="More that can be done with this endpoint"
        variant="plain"
        trigger={
          <>
            More
            <Icon name="down" />
          </>
        }
        items={items}
      />
      <StandingDialogs endpoint={endpoint} open={open} onClose={close} />
      {open === 'rotate' && <RotateDialog endpoint={endpoint} onClose={close} />}
      {open === 'replay' && <ReplayDialog endpointId={endpoint.id} onClose={close} />}
    </>
  );
}

function StandingDialogs({ endpoint, open, onClose }: { endpoint: Endpoint; open: Open; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const toasts = useToasts();
  const params = { path: { id: endpoint.id } };
  const name = nameOf(endpoint);

  const show = async (changed: Endpoint, text: string) => {
    client.setQueryData(endpointQuery(endpoint.id).queryKey, changed);
    await client.invalidateQueries({ queryKey: ['endpoints'] });
    toasts.done(text);
  };
  const disable = async () =>
    show(await ask(api.POST('/v1/endpoints/{id}/disable', { params })), `${name} is disabled.`);
  const enable = async () => show(await ask(api.POST('/v1/endpoints/{id}/enable', { params })), `${name} is enabled.`);
  const remove = async () => {
    await ask(api.DELETE('/v1/endpoints/{id}', { params }));
    await navigate({ to: '/endpoints' });
    client.removeQueries({ queryKey: endpointQuery(endpoint.id).queryKey });
    await client.invalidateQueries({ queryKey: ['endpoints'] });
    toasts.done(`${name} is deleted.`);
  };
  return (
    <>
      <ConfirmDialog
        open={open === 'disable'}
        onClose={onClose}
        title={`Disable ${name}?`}
        description="It gets no events until you enable it. What waits is cancelled; you can resend it later."
        action="Disable"
        onConfirm={disable}
      />
      <ConfirmDialog
        open={open === 'enable'}
        onClose={onClose}
        title={`Enable ${name}?`}
        description="It gets events from now on. What came meanwhile was kept: use “Resend since …” to bring it."
        action="Enable"
        onConfirm={enable}
      />
      <ConfirmDialog
        open={open === 'delete'}
        onClose={onClose}
        title={`Delete ${name}?`}
        description="This cannot be undone. What waits for it is cancelled; what was delivered stays in the log."
        action="Delete endpoint"
        danger
        onConfirm={remove}
      />
    </>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schema } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { Page } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { useToasts } from '../../components/toast.tsx';
import { NewKeyDialog } from './new-key-dialog.tsx';
import { useOrganizationId } from './organization-id.ts';
import { PagedList } from './paged-list.tsx';
import { ShownOnce } from './shown-once.tsx';

type Key = Schema<'ApiKey'>;

/** API keys of the organization: what its systems publish and manage with. */
export function KeysPage() {
  const organizationId = useOrganizationId();
  const client = useQueryClient();
  const toasts = useToasts();
  const [naming, setNaming] = useState(false);
  const [made, setMade] = useState<Schema<'ApiKeyWithSecret'> | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['api-keys'] });
  const add = (
    <Button variant="primary" icon="plus" onClick={() => setNaming(true)}>
      Add key
    </Button>
  );
  return (
    <Page title="API keys" lead="Bearer secrets of the organization's systems. Revoked ones are gone." actions={add}>
      <PagedList<Key>
        queryKey={['api-keys', organizationId]}
        read={(cursor) =>
          ask(
            api.GET('/v1/organizations/{organizationId}/api-keys', {
              params: { path: { organizationId }, query: { limit: 50, ...(cursor && { cursor }) } },
            }),
          )
        }
        what="keys"
        columns={['Name', 'Begins with', 'Scopes', 'Dialect', 'Created', '']}
        row={(key) => (
          <tr key={key.id}>
            <td className="title break">{key.name}</td>
            <td data-label="Begins with">
              <code>{key.prefix}…</code>
            </td>
            <td data-label="Scopes">{key.scopes.join(', ')}</td>
            <td data-label="Dialect">{key.dialect ?? <span className="faint">none</span>}</td>
            <td data-label="Created">
              <Time at={key.createdAt} />
            </td>
            <td>
              <Button variant="quiet" aria-label={`Revoke ${key.name}`} onClick={() => setRevoking(key)}>
                Revoke
              </Button>
            </td>
          </tr>
        )}
        empty={
          <Empty icon="key" title="No API keys">
            <p>Without a key nothing of this organization can publish events.</p>
            {add}
          </Empty>
        }
      />
      {naming && (
        <NewKeyDialog
          onClose={() => setNaming(false)}
          onMade={(key) => {
            setNaming(false);
            setMade(key);
            void refresh();
          }}
        />
      )}
      {made && (
        <ShownOnce title={`The key ${made.name}`} label="API key" secret={made.key} onClose={() => setMade(null)}>
          It is shown only now; Waybill keeps a hash of it.
        </ShownOnce>
      )}
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke ${revoking?.name ?? ''}?`}
        description="Whatever still uses it is refused from this moment on. It cannot be brought back."
        action="Revoke key"
        danger
        onConfirm={async () => {
          if (revoking === null) return;
          const path = { organizationId, id: revoking.id };
          await ask(api.DELETE('/v1/organizations/{organizationId}/api-keys/{id}', { params: { path } }));
          toasts.done(`${revoking.name} is revoked.`);
          await refresh();
        }}
      />
    </Page>
  );
}

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schema } from '../../api/client.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { Page } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Badge } from '../../components/status-badge.tsx';
import { Time } from '../../components/time.tsx';
import { useToasts } from '../../components/toast.tsx';
import { NewLinkDialog } from './new-link-dialog.tsx';
import { useOrganizationId } from './organization-id.ts';
import { PagedList } from './paged-list.tsx';
import { ShownOnce } from './shown-once.tsx';

type PortalLink = Schema<'PortalLink'>;

/** Links that let people of the organization into its portal. */
export function LinksPage() {
  const organizationId = useOrganizationId();
  const client = useQueryClient();
  const toasts = useToasts();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schema<'PortalLinkWithUrl'> | null>(null);
  const [revoking, setRevoking] = useState<PortalLink | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['portal-links'] });
  const add = (
    <Button variant="primary" icon="plus" onClick={() => setMaking(true)}>
      Make a link
    </Button>
  );
  return (
    <Page title="Portal links" lead="Each opens the organization's portal once, for a session of a day." actions={add}>
      <PagedList<PortalLink>
        queryKey={['portal-links', organizationId]}
        read={(cursor) =>
          ask(
            api.GET('/v1/organizations/{organizationId}/portal-links', {
              params: { path: { organizationId }, query: { limit: 50, ...(cursor && { cursor }) } },
            }),
          )
        }
        what="links"
        columns={['Made', 'State', 'Rights', 'Used', 'Expires', '']}
        row={(link) => (
          <tr key={link.id}>
            <td data-label="Made">
              <Time at={link.createdAt} />
            </td>
            <td data-label="State">
              <LinkState link={link} />
            </td>
            <td data-label="Rights">{link.readOnly ? 'Read-only' : 'All'}</td>
            <td data-label="Used">
              {link.usedAt === null ? <span className="faint">Not yet</span> : <Time at={link.usedAt} />}
            </td>
            <td data-label="Expires">
              <Time at={link.expiresAt} />
            </td>
            <td>
              {link.revokedAt === null && (
                <Button variant="quiet" onClick={() => setRevoking(link)}>
                  Revoke
                </Button>
              )}
            </td>
          </tr>
        )}
        empty={
          <Empty icon="person" title="No portal links yet">
            <p>A link lets one person of the organization look at and manage its webhooks.</p>
            {add}
          </Empty>
        }
      />
      {making && (
        <NewLinkDialog
          onClose={() => setMaking(false)}
          onMade={(link) => {
            setMaking(false);
            setMade(link);
            void refresh();
          }}
        />
      )}
      {made && (
        <ShownOnce title="The link" label="Portal link" secret={made.url} onClose={() => setMade(null)}>
          Give it to the person it is for: it works once, until <Time at={made.expiresAt} />, and is shown only now.
        </ShownOnce>
      )}
      <ConfirmDialog
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title="Revoke this link?"
        description="It opens nothing any more, and the session that it opened ends at once."
        action="Revoke link"
        danger
        onConfirm={async () => {
          if (revoking === null) return;
          const path = { organizationId, id: revoking.id };
          await ask(api.DELETE('/v1/organizations/{organizationId}/portal-links/{id}', { params: { path } }));
          toasts.done('The link is revoked.');
          await refresh();
        }}
      />
    </Page>
  );
}

function LinkState({ link }: { link: PortalLink }) {
  if (link.revokedAt !== null) {
    return (
      <Badge tone="neutral" icon="ban">
        Revoked
      </Badge>
    );
  }
  if (link.usedAt !== null) {
    return (
      <Badge tone="good" icon="check">
        Used
      </Badge>
    );
  }
  return Date.parse(link.expiresAt) <= Date.now() ? (
    <Badge tone="neutral" icon="clock">
      Expired
    </Badge>
  ) : (
    <Badge tone="waiting" icon="clock">
      Waiting
    </Badge>
  );
}

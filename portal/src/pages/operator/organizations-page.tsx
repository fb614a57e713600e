import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { api, ask, type Schema } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { Page } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { organizationsQuery } from './organizations-query.ts';
import { PagedList } from './paged-list.tsx';
import { ShownOnce } from './shown-once.tsx';

const QUERY_KEY = ['organizations'];

/** Every organization of the installation, and a new one. */
export function OrganizationsPage() {
  const [naming, setNaming] = useState(false);
  const [made, setMade] = useState<Schema<'OrganizationWithKey'> | null>(null);
  const add = (
    <Button variant="primary" icon="plus" onClick={() => setNaming(true)}>
      Add organization
    </Button>
  );
  return (
    <Page title="Organizations" lead="Tenants of this installation. Open one to see its endpoints." actions={add}>
      <PagedList<Schema<'Organization'>>
        queryKey={QUERY_KEY}
        read={(cursor) =>
          ask(api.GET('/v1/organizations', { params: { query: { limit: 50, ...(cursor && { cursor }) } } }))
        }
        what="organizations"
        links
        columns={['Name', 'Id', 'Created']}
        row={({ id, name, createdAt }) => (
          <tr key={id}>
            <td className="title">
              <Link to="/endpoints" search={{ organization: id }} className="row-link break">
                {name}
              </Link>
            </td>
            <td data-label="Id">
              <code className="break">{id}</code>
            </td>
            <td data-label="Created">
              <Time at={createdAt} />
            </td>
          </tr>
        )}
        empty={
          <Empty icon="building" title="No organizations yet">
            <p>An organization is a customer of yours: its endpoints, events and deliveries belong to it alone.</p>
            {add}
          </Empty>
        }
      />
      {naming && (
        <NewOrganization
          onClose={() => setNaming(false)}
          onMade={(organization) => {
            setNaming(false);
            setMade(organization);
          }}
        />
      )}
      {made && (
        <ShownOnce title={`${made.name} is there`} label="API key" secret={made.key} onClose={() => setMade(null)}>
          This is its first API key, of all scopes. It is shown only now.
        </ShownOnce>
      )}
    </Page>
  );
}

function NewOrganization({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (made: Schema<'OrganizationWithKey'>) => void;
}) {
  const client = useQueryClient();
  const form = useId();
  const [name, setName] = useState('');
  const making = useMutation({
    mutationFn: () => ask(api.POST('/v1/organizations', { body: { name } })),
    onSuccess: async (made) => {
      await Promise.all([
        client.invalidateQueries({ queryKey: QUERY_KEY }),
        client.invalidateQueries({ queryKey: organizationsQuery.queryKey }),
      ]);
      onMade(made);
    },
  });
  return (
    <Dialog open onClose={onClose} title="Add an organization">
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        <Field
          label="Name"
          help="Customers see it in their portal."
          error={making.error ? wordsOf(making.error) : undefined}
        >
          {(control) => (
            <input
              {...control}
              required
              maxLength={256}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </form>
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" form={form} variant="primary" busy={making.isPending}>
          Add organization
        </Button>
      </footer>
    </Dialog>
  );
}

import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { api, ask, type Schema } from '../../api/client.ts';
import { wordsOf } from '../../api/problem.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Checkbox, Field, FieldGroup } from '../../components/field.tsx';
import { useOrganizationId } from './organization-id.ts';

type Scope = Schema<'ApiKey'>['scopes'][number];

const SCOPES: readonly { scope: Scope; help: string }[] = [
  { scope: 'read', help: 'Look at endpoints, events and deliveries.' },
  { scope: 'publish', help: 'Publish events.' },
  { scope: 'manage', help: 'Create and change endpoints, keys and links.' },
];

/** Asks for a key's name and scopes, and makes it. */
export function NewKeyDialog({
  onClose,
  onMade,
}: {
  onClose: () => void;
  onMade: (made: Schema<'ApiKeyWithSecret'>) => void;
}) {
  const organizationId = useOrganizationId();
  const form = useId();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['publish']);
  const making = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/v1/organizations/{organizationId}/api-keys', {
          params: { path: { organizationId } },
          body: { name, scopes: [...scopes] },
        }),
      ),
    onSuccess: onMade,
  });
  return (
    <Dialog open onClose={onClose} title="Add an API key">
      <form
        id={form}
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        <Field label="Name" help="Tells keys apart, such as the system that uses it.">
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
        <FieldGroup label="What it may do" error={making.error ? wordsOf(making.error) : undefined}>
          {SCOPES.map(({ scope, help }) => (
            <Checkbox
              key={scope}
              label={scope}
              help={help}
              checked={scopes.includes(scope)}
              onChange={(checked) => setScopes(checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))}
            />
          ))}
        </FieldGroup>
      </form>
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" form={form} variant="primary" busy={making.isPending}>
          Add key
        </Button>
      </footer>
    </Dialog>
  );
}

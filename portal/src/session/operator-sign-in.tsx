import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { ApiProblem, wordsOf } from '../api/problem.ts';
import { SESSION_KEY } from '../api/query-client.ts';
import { Button } from '../components/button.tsx';
import { Field } from '../components/field.tsx';
import { EntryPage } from './entry-page.tsx';
import { openOperatorSession } from './session.ts';

/** Without a session: customers are told to open a link, operators may give the admin key. `ended`: there was one. */
export function OperatorSignIn({ ended = false }: { ended?: boolean }) {
  const client = useQueryClient();
  const [adminKey, setAdminKey] = useState('');
  const formId = useId();
  const entering = useMutation({
    mutationFn: openOperatorSession,
    onSuccess: (session) => client.setQueryData(SESSION_KEY, session),
  });
  const fault = entering.error;
  const words = fault instanceof ApiProblem && fault.status === 401 ? 'This is not the admin key.' : wordsOf(fault);
  return (
    <EntryPage title={ended ? 'Your session has ended' : 'Open the portal with your link'}>
      {!ended && (
        <p>
          Webhooks are managed here by whoever has a link. Ask for one in the product that sends you webhooks: it opens
          this page with your endpoints.
        </p>
      )}
      <form
        id={formId}
        className="stack entry-form"
        onSubmit={(event) => {
          event.preventDefault();
          entering.mutate(adminKey.trim());
        }}
      >
        <Field
          label="Admin key"
          help="For operators of this installation: it is printed by npm start, and stands in its data folder."
          error={fault ? words : undefined}
        >
          {(props) => (
            <input
              {...props}
              type="password"
              autoComplete="current-password"
              required
              value={adminKey}
              onChange={(event) => setAdminKey(event.target.value)}
            />
          )}
        </Field>
        <div>
          <Button type="submit" variant={ended ? 'primary' : 'plain'} busy={entering.isPending}>
            Enter as operator
          </Button>
        </div>
      </form>
    </EntryPage>
  );
}

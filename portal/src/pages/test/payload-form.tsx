import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schema } from '../../api/client.ts';
import { ApiProblem, wordsOf } from '../../api/problem.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { readObject } from '../../format/json.ts';
import { TestResult } from './test-result.tsx';

const ROWS = 14;

/** The payload to edit, and what came of each event that was sent with it. */
export function PayloadForm({ endpointId, type }: { endpointId: string; type: Schema<'EventType'> }) {
  const example = JSON.stringify(type.example ?? {}, null, 2);
  const [text, setText] = useState(example);
  const [sent, setSent] = useState<string[]>([]);
  const sending = useMutation({
    mutationFn: async () => {
      const read = readObject(text);
      if ('fault' in read) throw new Error(read.fault);
      const body = { type: type.name, data: read.value };
      return ask(api.POST('/v1/endpoints/{id}/test', { params: { path: { id: endpointId } }, body }));
    },
    onSuccess: ({ id }) => setSent((before) => [id, ...before]),
  });
  return (
    <>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          sending.mutate();
        }}
      >
        <Field
          label="Payload"
          help="The event’s data, as JSON."
          error={sending.error ? faultWords(sending.error) : undefined}
        >
          {(control) => (
            <textarea
              {...control}
              className="code-input"
              rows={Math.min(ROWS, text.split('\n').length + 1)}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <div className="row wrap">
          <Button type="submit" variant="primary" icon="send" busy={sending.isPending}>
            Send test event
          </Button>
          {text !== example && (
            <Button variant="quiet" onClick={() => setText(example)}>
              Back to the example
            </Button>
          )}
        </div>
      </form>
      <div className="stack" aria-live="polite">
        {sent.map((eventId) => (
          <TestResult key={eventId} eventId={eventId} />
        ))}
      </div>
    </>
  );
}

/** The fields that break the type's schema, or why it was not sent. */
function faultWords(error: unknown): string {
  if (error instanceof ApiProblem && error.faults.length > 0) {
    return error.faults.map(({ field, rule }) => `${field} ${rule}`).join('; ');
  }
  return wordsOf(error);
}

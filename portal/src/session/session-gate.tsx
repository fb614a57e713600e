import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ApiProblem, wordsOf } from '../api/problem.ts';
import { SESSION_KEY } from '../api/query-client.ts';
import { Button } from '../components/button.tsx';
import { Spinner } from '../components/states.tsx';
import { applyTheme } from '../theme/theme.ts';
import { EntryPage } from './entry-page.tsx';
import { LinkRefused } from './link-refused.tsx';
import { OperatorSignIn } from './operator-sign-in.tsx';
import { openSession, type Session, sessionQuery } from './session.ts';
import { SessionContext } from './session-context.ts';
import { SessionEnded } from './session-ended.tsx';

/** What came of the link: still at work, in (or no link), refused, or the server was silent. */
type Entry = { kind: 'entering' } | { kind: 'entered' } | { kind: 'refused' } | { kind: 'silent'; words: string };

/** Lets in whoever has a session, by the link that was opened or by the cookie of before; tells the others what to do. */
export function SessionGate({ token, children }: { token: string | null; children: ReactNode }) {
  const client = useQueryClient();
  const [entry, setEntry] = useState<Entry>({ kind: token === null ? 'entered' : 'entering' });
  const begun = useRef(false);
  const lastSession = useRef<Session | null>(null);

  const enter = async (): Promise<void> => {
    if (token === null) return;
    setEntry({ kind: 'entering' });
    try {
      client.setQueryData(SESSION_KEY, await openSession(token));
      setEntry({ kind: 'entered' });
    } catch (error) {
      const refused = error instanceof ApiProblem && error.status !== 0 && error.status < 500;
      setEntry(refused ? { kind: 'refused' } : { kind: 'silent', words: wordsOf(error) });
    }
  };
  // A token works once: effects that run twice, as in strict mode, must not send it twice.
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    void enter();
  });

  const session = useQuery({ ...sessionQuery, enabled: entry.kind === 'entered' || entry.kind === 'refused' });
  useEffect(() => {
    if (session.data) {
      lastSession.current = session.data;
      applyTheme(session.data.theme);
    }
  }, [session.data]);

  if (entry.kind === 'silent') {
    return (
      <EntryPage title="The server does not answer">
        <p>{entry.words} Your link is still good.</p>
        <Button variant="primary" onClick={() => void enter()}>
          Try again
        </Button>
      </EntryPage>
    );
  }
  if (entry.kind === 'entering' || session.isPending) return <Spinner label="Opening the portal" page />;
  if (entry.kind === 'refused') {
    return <LinkRefused standing={session.data ?? null} onContinue={() => setEntry({ kind: 'entered' })} />;
  }
  if (session.isError) {
    return (
      <EntryPage title="The server does not answer">
        <p>{wordsOf(session.error)}</p>
        <Button variant="primary" onClick={() => void session.refetch()}>
          Try again
        </Button>
      </EntryPage>
    );
  }
  if (!session.data) {
    return lastSession.current ? <SessionEnded session={lastSession.current} /> : <OperatorSignIn />;
  }
  return <SessionContext value={session.data}>{children}</SessionContext>;
}

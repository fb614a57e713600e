import { Button } from '../components/button.tsx';
import { Time } from '../components/time.tsx';
import { EntryPage } from './entry-page.tsx';
import type { Session } from './session.ts';

/** The link opened nothing. The server tells nobody why, so the page says what may be the case; `standing`: a session of before. */
export function LinkRefused({ standing, onContinue }: { standing: Session | null; onContinue: () => void }) {
  return (
    <EntryPage title="This link does not work any more">
      <p>A link opens the portal once, in one browser. This one did not, because</p>
      <ul className="bullets">
        <li>it was already used, by you or by someone you passed it to,</li>
        <li>it was waiting for too long and has expired,</li>
        <li>it was revoked, or</li>
        <li>a part of its address got lost on the way.</li>
      </ul>
      <p>Go back to where you got it and ask for a new one: that takes a moment, and nothing is lost.</p>
      {standing && (
        <div className="notice stack-s">
          <p>
            You are still in as <strong>{standing.kind === 'operator' ? 'an operator' : standing.name}</strong>, until{' '}
            <Time at={standing.expiresAt} />.
          </p>
          <div>
            <Button variant="primary" onClick={onContinue}>
              Continue
            </Button>
          </div>
        </div>
      )}
    </EntryPage>
  );
}

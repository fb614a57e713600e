import { Outlet } from '@tanstack/react-router';
import { useSession } from '../../session/session-context.ts';
import { NotFoundPage } from '../not-found-page.tsx';

/** For customers these pages are not there; the gateway would refuse what they ask for as well. */
export function OperatorGate() {
  return useSession().kind === 'operator' ? <Outlet /> : <NotFoundPage />;
}

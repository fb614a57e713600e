import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { SESSION_KEY } from '../api/query-client.ts';
import { operatorNav, operatorOrganizationNav } from '../pages/operator/nav.tsx';
import { OrganizationPicker } from '../pages/operator/organization-picker.tsx';
import { endSession } from '../session/session.ts';
import { useSession } from '../session/session-context.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { Logo } from './logo.tsx';
import { ModeMenu } from './mode-menu.tsx';
import { customerNav, NavList } from './nav.tsx';
import { useToasts } from './toast.tsx';

/** The frame around every page: where to go, who one is, and the way out. */
export function Shell() {
  const session = useSession();
  const [isOpen, setOpen] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: arriving on another page closes the menu of narrow screens.
  useEffect(() => setOpen(false), [path]);
  const isOperator = session.kind === 'operator';
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="side" data-open={isOpen || undefined}>
        <div className="side-head">
          <Logo />
          <div className="side-name">
            <strong>{isOperator ? 'Waybill' : session.name}</strong>
            <span>{isOperator ? 'Operator' : session.readOnly ? 'Webhooks, read-only' : 'Webhooks'}</span>
          </div>
          <Button
            variant="quiet"
            icon="menu"
            className="side-toggle"
            aria-expanded={isOpen}
            aria-controls="side-body"
            onClick={() => setOpen(!isOpen)}
          >
            Menu
          </Button>
        </div>
        <div className="side-body" id="side-body">
          {isOperator && <NavList label="Installation" items={operatorNav} />}
          {isOperator && <OrganizationPicker />}
          <NavList label="Webhooks" items={isOperator ? [...customerNav, ...operatorOrganizationNav] : customerNav} />
          <div className="side-foot">
            {session.returnUrl !== null && (
              <a className="button quiet" href={session.returnUrl}>
                <Icon name="back" />
                Back to where you came from
              </a>
            )}
            <ModeMenu />
            <Logout />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}

function Logout() {
  const client = useQueryClient();
  const toasts = useToasts();
  const leaving = useMutation({
    mutationFn: endSession,
    onSuccess: () => client.setQueryData(SESSION_KEY, null),
    onError: () => toasts.failed('You are not logged out: the server does not answer.'),
  });
  return (
    <Button variant="quiet" icon="person" busy={leaving.isPending} onClick={() => leaving.mutate()}>
      Log out
    </Button>
  );
}

import { Outlet, useSearch } from '@tanstack/react-router';
import { Page } from '../components/page.tsx';
import { useSession } from '../session/session-context.ts';
import { OrganizationPicker } from './operator/organization-picker.tsx';

/** The pages below are about one organization: a customer has one, an operator must have chosen it. */
export function OrganizationGate() {
  const session = useSession();
  const { organization } = useSearch({ from: '__root__' });
  if (session.kind === 'operator' && organization === undefined) {
    return (
      <Page title="Choose an organization" lead="Endpoints, deliveries and the rest belong to one organization each.">
        <div className="narrow">
          <OrganizationPicker />
        </div>
      </Page>
    );
  }
  return <Outlet key={organization} />;
}

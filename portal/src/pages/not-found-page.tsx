import { Link } from '@tanstack/react-router';
import { Page } from '../components/page.tsx';

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <p>
        The address may have a typing error. Your endpoints are <Link to="/endpoints">here</Link>.
      </p>
    </Page>
  );
}

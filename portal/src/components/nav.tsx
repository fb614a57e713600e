import { Link, type LinkProps } from '@tanstack/react-router';
import { Icon, type IconName } from './icon.tsx';

export interface NavItem {
  to: NonNullable<LinkProps['to']>;
  label: string;
  icon: IconName;
  /** Only it is marked, not what lies below its address. */
  exact?: true;
}

/** The pages about one organization. */
export const customerNav: readonly NavItem[] = [
  { to: '/endpoints', label: 'Endpoints', icon: 'endpoint' },
  { to: '/deliveries', label: 'Deliveries', icon: 'list' },
  { to: '/test', label: 'Test', icon: 'test' },
  { to: '/catalogue', label: 'Event catalogue', icon: 'book' },
  { to: '/activity', label: 'Activity', icon: 'activity' },
];

/** A list of pages; the one that is open, or holds it, is marked. */
export function NavList({ label, items }: { label: string; items: readonly NavItem[] }) {
  return (
    <nav aria-label={label} className="nav">
      <ul>
        {items.map(({ to, label: text, icon, exact = false }) => (
          <li key={text}>
            <Link to={to} activeOptions={{ includeSearch: false, exact }}>
              <Icon name={icon} />
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

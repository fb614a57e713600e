import type { NavItem } from '../../components/nav.tsx';

/** The pages about the whole installation. */
export const operatorNav: readonly NavItem[] = [
  { to: '/operator', label: 'Overview', icon: 'chart', exact: true },
  { to: '/operator/organizations', label: 'Organizations', icon: 'building' },
  { to: '/operator/schedules', label: 'Schedules', icon: 'clock' },
];

/** What operators see of an organization besides its customers' pages. */
export const operatorOrganizationNav: readonly NavItem[] = [
  { to: '/operator/keys', label: 'API keys', icon: 'key' },
  { to: '/operator/links', label: 'Portal links', icon: 'person' },
  { to: '/operator/sources', label: 'Sources', icon: 'inbound' },
  { to: '/operator/validations', label: 'Validations', icon: 'shield' },
  { to: '/operator/exceptions', label: 'Exceptions', icon: 'warning' },
];

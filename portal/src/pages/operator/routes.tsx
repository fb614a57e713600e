import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { present, searchOneOf } from '../../api/search.ts';
import { OrganizationGate } from '../organization-gate.tsx';
import { EXCEPTION_STATUSES } from './exception-status.ts';
import { OperatorGate } from './operator-gate.tsx';

/** The routes below `/operator`: those of the installation, then those of the organization that the address names. */
export function operatorRoutes<Root extends AnyRoute>(root: Root) {
  const operator = createRoute({ getParentRoute: () => root, id: 'operator', component: OperatorGate });
  const organization = createRoute({
    getParentRoute: () => operator,
    id: 'operator-organization',
    component: OrganizationGate,
  });
  const overview = createRoute({
    getParentRoute: () => operator,
    path: '/operator',
    validateSearch: (search: Record<string, unknown>) =>
      present({ span: searchOneOf(search, 'span', ['hour', 'day']) }),
    component: lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
  });
  const organizations = createRoute({
    getParentRoute: () => operator,
    path: '/operator/organizations',
    component: lazyRouteComponent(() => import('./organizations-page.tsx'), 'OrganizationsPage'),
  });
  const schedules = createRoute({
    getParentRoute: () => operator,
    path: '/operator/schedules',
    component: lazyRouteComponent(() => import('./schedules-page.tsx'), 'SchedulesPage'),
  });
  const keys = createRoute({
    getParentRoute: () => organization,
    path: '/operator/keys',
    component: lazyRouteComponent(() => import('./keys-page.tsx'), 'KeysPage'),
  });
  const links = createRoute({
    getParentRoute: () => organization,
    path: '/operator/links',
    component: lazyRouteComponent(() => import('./links-page.tsx'), 'LinksPage'),
  });
  const sources = createRoute({
    getParentRoute: () => organization,
    path: '/operator/sources',
    component: lazyRouteComponent(() => import('./sources-page.tsx'), 'SourcesPage'),
  });
  const source = createRoute({
    getParentRoute: () => organization,
    path: '/operator/sources/$sourceId',
    component: lazyRouteComponent(() => import('./source-page.tsx'), 'SourcePage'),
  });
  const validations = createRoute({
    getParentRoute: () => organization,
    path: '/operator/validations',
    component: lazyRouteComponent(() => import('./validations-page.tsx'), 'ValidationsPage'),
  });
  const exceptions = createRoute({
    getParentRoute: () => organization,
    path: '/operator/exceptions',
    validateSearch: (search: Record<string, unknown>) =>
      present({ status: searchOneOf(search, 'status', EXCEPTION_STATUSES) }),
    component: lazyRouteComponent(() => import('./exceptions-page.tsx'), 'ExceptionsPage'),
  });
  return [
    operator.addChildren([
      overview,
      organizations,
      schedules,
      organization.addChildren([keys, links, sources, source, validations, exceptions]),
    ]),
  ] as const;
}

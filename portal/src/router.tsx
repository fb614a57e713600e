import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { setOrganization } from './api/client.ts';
import { forgetOrganization } from './api/query-client.ts';
import { present, searchText } from './api/search.ts';
import { Shell } from './components/shell.tsx';
import { Spinner } from './components/states.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { operatorRoutes } from './pages/operator/routes.tsx';
import { OrganizationGate } from './pages/organization-gate.tsx';
import { PageFault } from './pages/page-fault.tsx';

let shownOrganization: string | undefined;

/** Operators name the organization in the address; it stays there from page to page. */
const rootRoute = createRootRoute({
  validateSearch: (search: Record<string, unknown>) => present({ organization: searchText(search, 'organization') }),
  search: { middlewares: [retainSearchParams(['organization'])] },
  beforeLoad: ({ search }) => {
    if (search.organization !== shownOrganization) forgetOrganization();
    shownOrganization = search.organization;
    setOrganization(search.organization ?? null);
  },
  component: Shell,
  notFoundComponent: NotFoundPage,
});

const organizationRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'organization',
  component: OrganizationGate,
});

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/endpoints', replace: true });
  },
});

const endpointsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/endpoints',
  component: lazyRouteComponent(() => import('./pages/endpoints/endpoint-list-page.tsx'), 'EndpointListPage'),
});

const routeTree = rootRoute.addChildren([
  indexRoute,
  organizationRoute.addChildren([endpointsRoute]),
  ...operatorRoutes(rootRoute),
]);

/** Every view has an address of its own, filters and all. */
export const router = createRouter({
  routeTree,
  basepath: '/portal',
  scrollRestoration: true,
  defaultPendingComponent: () => <Spinner label="Opening the page" page />,
  defaultErrorComponent: PageFault,
  defaultNotFoundComponent: NotFoundPage,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

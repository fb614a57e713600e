import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { setOrganization } from './api/client.ts';
import { forgetOrganization, queryClient } from './api/query-client.ts';
import { present, searchOneOf, searchText } from './api/search.ts';
import { Shell } from './components/shell.tsx';
import { Spinner } from './components/states.tsx';
import { readDeliverySearch } from './pages/deliveries/delivery-search.ts';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { operatorRoutes } from './pages/operator/routes.tsx';
import { OrganizationGate } from './pages/organization-gate.tsx';
import { PageFault } from './pages/page-fault.tsx';
import { sessionQuery } from './session/session.ts';

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
  beforeLoad: ({ search }) => {
    const isOperator = queryClient.getQueryData(sessionQuery.queryKey)?.kind === 'operator';
    const to = isOperator && search.organization === undefined ? '/operator' : '/endpoints';
    throw redirect({ to, replace: true });
  },
});

const endpointsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/endpoints',
  component: lazyRouteComponent(() => import('./pages/endpoints/endpoint-list-page.tsx'), 'EndpointListPage'),
});

const newEndpointRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/endpoints/new',
  validateSearch: (search: Record<string, unknown>) => present({ destination: searchText(search, 'destination') }),
  component: lazyRouteComponent(() => import('./pages/endpoints/new-endpoint-page.tsx'), 'NewEndpointPage'),
});

const endpointRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/endpoints/$endpointId',
  component: lazyRouteComponent(() => import('./pages/endpoints/endpoint-page.tsx'), 'EndpointPage'),
});

const editEndpointRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/endpoints/$endpointId/edit',
  component: lazyRouteComponent(() => import('./pages/endpoints/edit-endpoint-page.tsx'), 'EditEndpointPage'),
});

const deliveriesRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/deliveries',
  validateSearch: readDeliverySearch,
  component: lazyRouteComponent(() => import('./pages/deliveries/delivery-list-page.tsx'), 'DeliveryListPage'),
});

const deliveryRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/deliveries/$deliveryId',
  component: lazyRouteComponent(() => import('./pages/deliveries/delivery-page.tsx'), 'DeliveryPage'),
});

const testRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/test',
  validateSearch: (search: Record<string, unknown>) =>
    present({ endpointId: searchText(search, 'endpointId'), type: searchText(search, 'type') }),
  component: lazyRouteComponent(() => import('./pages/test/test-page.tsx'), 'TestPage'),
});

const catalogueRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/catalogue',
  validateSearch: (search: Record<string, unknown>) =>
    present({
      dialect: searchText(search, 'dialect'),
      type: searchText(search, 'type'),
      view: searchOneOf(search, 'view', ['example', 'schema', 'receiver']),
      code: searchText(search, 'code'),
    }),
  component: lazyRouteComponent(() => import('./pages/catalogue/catalogue-page.tsx'), 'CataloguePage'),
});

const activityRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/activity',
  validateSearch: (search: Record<string, unknown>) => present({ cursor: searchText(search, 'cursor') }),
  component: lazyRouteComponent(() => import('./pages/activity/activity-page.tsx'), 'ActivityPage'),
});

const routeTree = rootRoute.addChildren([
  indexRoute,
  organizationRoute.addChildren([
    endpointsRoute,
    newEndpointRoute,
    endpointRoute,
    editEndpointRoute,
    deliveriesRoute,
    deliveryRoute,
    testRoute,
    catalogueRoute,
    activityRoute,
  ]),
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

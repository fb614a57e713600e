import type { AnyRoute } from '@tanstack/react-router';

/** The routes below `/operator`. */
export function operatorRoutes<Root extends AnyRoute>(_root: Root) {
  return [] as const;
}

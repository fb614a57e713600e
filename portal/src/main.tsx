import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.ts';
import { ToastProvider } from './components/toast.tsx';
import { router } from './router.tsx';
import { takeToken } from './session/session.ts';
import { SessionGate } from './session/session-gate.tsx';
import './styles/index.css';

const token = takeToken();
// Another link in the same tab changes only the fragment, which loads nothing by itself.
addEventListener('hashchange', () => {
  if (new URLSearchParams(location.hash.slice(1)).has('token')) location.reload();
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ToastProvider>
        <SessionGate token={token}>
          <RouterProvider router={router} />
        </SessionGate>
      </ToastProvider>
    </QueryClientProvider>
  </StrictMode>,
);

import { useSearch } from '@tanstack/react-router';

/** The organization that the page is about; only below the gate, which lets an operator choose one first. */
export function useOrganizationId(): string {
  const { organization } = useSearch({ from: '__root__' });
  if (organization === undefined) throw new Error('no organization: used outside the gate');
  return organization;
}

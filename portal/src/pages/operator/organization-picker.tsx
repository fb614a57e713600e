import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useId } from 'react';
import { organizationsQuery } from './organizations-query.ts';

/** Which organization the pages below are about. It stands in the address, so that what an operator sees can be passed on. */
export function OrganizationPicker() {
  const id = useId();
  const navigate = useNavigate();
  const { organization } = useSearch({ from: '__root__' });
  const { data } = useQuery(organizationsQuery);
  const known = data?.some((one) => one.id === organization) ?? false;
  return (
    <div className="field side-field">
      <label htmlFor={id}>Organization</label>
      <select
        id={id}
        value={organization ?? ''}
        onChange={(event) => void navigate({ to: '/endpoints', search: { organization: event.target.value } })}
      >
        {organization === undefined && <option value="">Choose one …</option>}
        {organization !== undefined && !known && <option value={organization}>{organization}</option>}
        {data?.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </select>
    </div>
  );
}

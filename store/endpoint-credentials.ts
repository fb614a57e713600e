import { type BasicAuth, basicAuthHeader } from '../domain/delivery/basic-auth.ts';
import type { SecretBox } from './secret-box.ts';

/** A custom header, with its value in clear. */
export interface Header {
  name: string;
  value: string;
}

/** What an endpoint's requests carry for its receiver beside the signature. */
export interface Credentials {
  headers: Header[];
  basicAuth: BasicAuth | null;
}

/** A custom header in a change. `value: null` keeps the value stored under that name. */
export interface HeaderChange {
  name: string;
  value: string | null;
}

/** Basic authentication in a change. `password: null` keeps the one stored. */
export interface BasicAuthChange {
  username: string;
  password: string | null;
}

/** Absent parts stay; `headers` replaces the whole list. */
export interface CredentialsChange {
  headers?: readonly HeaderChange[] | undefined;
  basicAuth?: BasicAuthChange | null | undefined;
}

/** Why a change cannot be made. `authorization_twice`: a custom header and basic authentication would both set it. */
export type CredentialsFault =
  | { kind: 'unknown_header'; name: string }
  | { kind: 'unknown_password' }
  | { kind: 'authorization_twice' };

interface Sealed {
  headers: Uint8Array | null;
  basicAuth: Uint8Array | null;
}

/** Sealed under the endpoint's id; null where there is nothing. */
export function sealCredentials(box: SecretBox, id: string, { headers, basicAuth }: Credentials): Sealed {
  return {
    headers: headers.length === 0 ? null : box.seal(JSON.stringify(headers), id),
    basicAuth: basicAuth === null ? null : box.seal(JSON.stringify(basicAuth), id),
  };
}

/** In clear, from an endpoint's row. */
export function openCredentials(box: SecretBox, { id, headers, basicAuth }: Sealed & { id: string }): Credentials {
  return {
    headers: headers === null ? [] : JSON.parse(box.open(headers, id)),
    basicAuth: basicAuth === null ? null : JSON.parse(box.open(basicAuth, id)),
  };
}

/** The headers that are sent: the custom ones, and that of basic authentication. All values are secrets. */
export function headersToSend({ headers, basicAuth }: Credentials): Header[] {
  return basicAuth === null ? headers : [...headers, basicAuthHeader(basicAuth)];
}

/** The credentials after a change, or what is wrong with it. Kept values are found by name, ignoring case. */
export function changeCredentials(
  standing: Credentials,
  change: CredentialsChange,
): { kind: 'changed'; credentials: Credentials } | CredentialsFault {
  const headers: Header[] = [];
  for (const { name, value } of change.headers ?? standing.headers) {
    const kept = standing.headers.find((header) => header.name.toLowerCase() === name.toLowerCase())?.value;
    const merged = value ?? kept;
    if (merged === undefined) return { kind: 'unknown_header', name };
    headers.push({ name, value: merged });
  }
  const { username, password } = change.basicAuth ?? {};
  const kept = password ?? standing.basicAuth?.password;
  if (username !== undefined && kept === undefined) return { kind: 'unknown_password' };
  const changed = username === undefined || kept === undefined ? null : { username, password: kept };
  const basicAuth = change.basicAuth === undefined ? standing.basicAuth : changed;
  return basicAuth !== null && headers.some(({ name }) => name.toLowerCase() === 'authorization')
    ? { kind: 'authorization_twice' }
    : { kind: 'changed', credentials: { headers, basicAuth } };
}

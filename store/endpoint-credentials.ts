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

/** Fills in kept values by name, ignoring case; `unknown` is the name of a header that has no value to keep. */
export function mergeHeaders(
  standing: readonly Header[],
  changed: readonly HeaderChange[],
): { headers: Header[] } | { unknown: string } {
  const headers: Header[] = [];
  for (const { name, value } of changed) {
    const kept = standing.find((header) => header.name.toLowerCase() === name.toLowerCase())?.value;
    const merged = value ?? kept;
    if (merged === undefined) return { unknown: name };
    headers.push({ name, value: merged });
  }
  return { headers };
}

/** The credentials after a change, or what is wrong with it. */
export function changeCredentials(
  standing: Credentials,
  change: CredentialsChange,
): { kind: 'changed'; credentials: Credentials } | CredentialsFault {
  const merged = mergeHeaders(standing.headers, change.headers ?? standing.headers);
  if ('unknown' in merged) return { kind: 'unknown_header', name: merged.unknown };
  const { headers } = merged;
  const basicAuth = mergeBasicAuth(standing.basicAuth, change.basicAuth);
  if (basicAuth === undefined) return { kind: 'unknown_password' };
  return basicAuth !== null && headers.some(({ name }) => name.toLowerCase() === 'authorization')
    ? { kind: 'authorization_twice' }
    : { kind: 'changed', credentials: { headers, basicAuth } };
}

/** `undefined`: the password is to stay, and none is stored. */
function mergeBasicAuth(
  standing: BasicAuth | null,
  changed: BasicAuthChange | null | undefined,
): BasicAuth | null | undefined {
  if (changed === undefined) return standing;
  if (changed === null) return null;
  const password = changed.password ?? standing?.password;
  return password === undefined ? undefined : { username: changed.username, password };
}

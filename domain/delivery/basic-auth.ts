import { encodeBase64 } from '../signing/base64.ts';

/** What a receiver behind HTTP Basic authentication asks for. */
export interface BasicAuth {
  /** Without a colon, which ends it on the wire. */
  username: string;
  password: string;
}

/** The header that carries it, in UTF-8. Source: RFC 7617, section 2. */
export function basicAuthHeader({ username, password }: BasicAuth): { name: 'Authorization'; value: string } {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return { name: 'Authorization', value: `Basic ${encodeBase64(bytes)}` };
}

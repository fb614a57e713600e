/** An endpoint to be made: where it points and which event types it takes. */
export interface EndpointDefinition {
  url: string;
  eventTypes: string[];
}

/** Makes an organization with the admin key and returns the organization's own key. */
export async function createOrganization(url: string, adminKey: string, name: string): Promise<string> {
  const { key } = await post(`${url}/v1/organizations`, adminKey, { name });
  return String(key);
}

/** Makes an endpoint of the default dialect. */
export async function createEndpoint(url: string, key: string, definition: EndpointDefinition): Promise<void> {
  await post(`${url}/v1/endpoints`, key, definition);
}

/** Throws for every answer but a 201, with status and body, and for none, with the cause. */
async function post(url: string, key: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  }).catch((error: Error) => {
    throw new Error(`no answer from ${url}`, { cause: error.cause });
  });
  if (answer.status !== 201) {
    throw new Error(`POST ${new URL(url).pathname} answered ${answer.status}, not 201: ${await answer.text()}`);
  }
  return (await answer.json()) as Record<string, unknown>;
}

import { z } from 'zod';
import { inWholeSeconds } from '../../../../domain/dialects/document-time.ts';
import type { Connector as StoredConnector } from '../../../../domain/exports/connector.ts';
import type { ConnectorSettings } from '../../../../store/connectors.ts';
import { checkCalledUrl } from '../../../endpoint-rules.ts';
import { line, shownInstant } from '../../../fields.ts';

const DEFAULT_REGION = 'us-east-1';

const fields = {
  name: line(256).meta({ description: 'For people.' }),
  endpoint_url: z
    .string()
    .min(1)
    .max(2_048)
    .meta({
      description: 'The S3-compatible server, without path.',
      examples: ['https://s3.eu-central-1.amazonaws.com'],
    }),
  region: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the name of a region, such as eu-central-1'),
  // Looser than Amazon's rule: other servers, and its own first region, know more names.
  bucket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,254}$/, 'must be the name of a bucket'),
  // What a header can hold without ending the part of it.
  access_key_id: z.string().regex(/^[\w.+=@:-]{1,128}$/, 'must be an access key id'),
  secret_access_key: z.string().regex(/^[\x21-\x7e]{1,256}$/, 'must be a secret access key'),
  path_style: z.boolean().meta({ description: 'The bucket is part of the path, not of the host name.' }),
};

export const NewConnector = z
  .object({
    ...fields,
    name: fields.name.optional().meta({ description: 'Default: the name of the bucket.' }),
    endpoint_url: fields.endpoint_url.optional().meta({ description: "Default: Amazon's server of the region." }),
    region: fields.region.optional().meta({ description: `Default: ${DEFAULT_REGION}.` }),
    path_style: fields.path_style.optional().meta({ description: 'Default: true with an endpoint_url, else false.' }),
  })
  .meta({ id: 'FlexorchNewConnector' });

export const ConnectorChange = z
  .object(fields)
  .partial()
  .meta({ id: 'FlexorchConnectorChange', description: 'Absent fields stay.' });

export const Connector = z
  .object({
    ...fields,
    id: z.int().meta({ description: 'What `auto_export` calls `connector_id`.' }),
    access_key_id: z.string().meta({ description: 'Its middle is masked. The secret access key is never shown.' }),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .omit({ secret_access_key: true })
  .meta({ id: 'FlexorchConnector' });

/** What is to be kept of a definition. Throws a problem for an address that may not be called. */
export function settingsOf(
  definition: z.output<typeof NewConnector>,
  checkUrl: (url: URL) => string | undefined,
): ConnectorSettings {
  const region = definition.region ?? DEFAULT_REGION;
  return {
    name: definition.name ?? definition.bucket,
    url: serverUrl(definition.endpoint_url ?? amazonUrl(region), checkUrl),
    region,
    bucket: definition.bucket,
    pathStyle: definition.path_style ?? definition.endpoint_url !== undefined,
    accessKeyId: definition.access_key_id,
    secretAccessKey: definition.secret_access_key,
  };
}

/** What is to be changed of a connector. Another region moves one at Amazon to that region's server. Throws as `settingsOf`. */
export function changesOf(
  change: z.output<typeof ConnectorChange>,
  standing: StoredConnector,
  checkUrl: (url: URL) => string | undefined,
): Partial<ConnectorSettings> {
  const { name, endpoint_url, region, bucket, path_style, access_key_id, secret_access_key } = change;
  const moved = region !== undefined && standing.url === amazonUrl(standing.region) ? amazonUrl(region) : undefined;
  const url = endpoint_url === undefined ? moved : serverUrl(endpoint_url, checkUrl);
  return {
    ...(name !== undefined && { name }),
    ...(url !== undefined && { url }),
    ...(region !== undefined && { region }),
    ...(bucket !== undefined && { bucket }),
    ...(path_style !== undefined && { pathStyle: path_style }),
    ...(access_key_id !== undefined && { accessKeyId: access_key_id }),
    ...(secret_access_key !== undefined && { secretAccessKey: secret_access_key }),
  };
}

export function showConnector(connector: StoredConnector): z.output<typeof Connector> {
  return {
    id: connector.number,
    name: connector.name,
    endpoint_url: connector.url,
    region: connector.region,
    bucket: connector.bucket,
    access_key_id: connector.accessKeyIdHint,
    path_style: connector.pathStyle,
    created_at: inWholeSeconds(connector.createdAt),
    updated_at: inWholeSeconds(connector.updatedAt),
  };
}

function amazonUrl(region: string): string {
  return `https://s3.${region}.amazonaws.com`;
}

/** The address without a slash at its end. */
function serverUrl(text: string, checkUrl: (url: URL) => string | undefined): string {
  const bare = (url: URL) =>
    url.pathname === '/' && url.search === ''
      ? undefined
      : 'must not contain a path or a query: name the bucket in bucket';
  return checkCalledUrl('endpoint_url', text, [bare, checkUrl]).origin;
}

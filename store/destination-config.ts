import type { DestinationConfig } from './destination-types.ts';
import type { SecretBox } from './secret-box.ts';

interface Sealed {
  config: string;
  configSecrets: Uint8Array | null;
}

/** As it stands in the table, sealed under the endpoint's id. */
export function sealConfig(box: SecretBox, id: string, { plain, secret }: DestinationConfig): Sealed {
  return {
    config: JSON.stringify(plain),
    configSecrets: Object.keys(secret).length === 0 ? null : box.seal(JSON.stringify(secret), id),
  };
}

/** In clear, from an endpoint's row. */
export function openConfig(box: SecretBox, { id, config, configSecrets }: Sealed & { id: string }): DestinationConfig {
  return { plain: JSON.parse(config), secret: configSecrets === null ? {} : JSON.parse(box.open(configSecrets, id)) };
}

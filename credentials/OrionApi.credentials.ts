import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';

/** Access to Orion, or to its dialect in Waybill. */
export class OrionApi implements ICredentialType {
  name = 'orionApi';
  displayName = 'Orion API';
  icon: Icon = { light: 'file:../nodes/icons/orion.svg', dark: 'file:../nodes/icons/orion.dark.svg' };
  documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-waybill';
  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      required: true,
      default: '',
      placeholder: 'https://waybill.example.com/orion',
      description:
        'Of Orion, as its API reference names it, or of its dialect in Waybill: the address of Waybill followed by /orion',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      required: true,
      default: '',
      description: 'The bearer token. Against Waybill: an API key with the scope manage.',
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
  };
  // The document of Orion shows no call that only reads: where there is none, the address answered and did not refuse the key.
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
      url: '/v1alpha/webhooks/',
      ignoreHttpStatusErrors: { ignore: true, except: [401, 403, 500, 502, 503, 504] },
    },
  };
}

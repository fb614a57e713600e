import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';

/** Access to FLTR, or to its dialect in Waybill. */
export class FltrApi implements ICredentialType {
  name = 'fltrApi';
  displayName = 'FLTR API';
  icon: Icon = { light: 'file:../nodes/icons/fltr.svg', dark: 'file:../nodes/icons/fltr.dark.svg' };
  documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-waybill';
  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      required: true,
      default: 'https://api.fltr.com',
      placeholder: 'https://waybill.example.com/fltr',
      description: 'Of FLTR, or of its dialect in Waybill: the address of Waybill followed by /fltr',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      required: true,
      default: '',
      description: 'Against Waybill: an API key with the scope manage.',
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
  };
  // The document of FLTR shows no call that only reads: where there is none, the address answered and did not refuse the key.
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
      url: '/v1/webhooks',
      ignoreHttpStatusErrors: { ignore: true, except: [401, 403, 500, 502, 503, 504] },
    },
  };
}

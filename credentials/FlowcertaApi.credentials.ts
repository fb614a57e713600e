import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';

/** Access to Flowcerta, or to its dialect in Waybill. */
export class FlowcertaApi implements ICredentialType {
  name = 'flowcertaApi';
  displayName = 'Flowcerta API';
  icon: Icon = { light: 'file:../nodes/icons/flowcerta.svg', dark: 'file:../nodes/icons/flowcerta.dark.svg' };
  documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-waybill';
  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      required: true,
      default: '',
      placeholder: 'https://waybill.example.com/flowcerta',
      description:
        'Of Flowcerta, as its API reference names it, or of its dialect in Waybill: the address of Waybill followed by /flowcerta',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      required: true,
      default: '',
      description: 'Of an admin of the organization. Against Waybill: an API key with the scope manage.',
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
  };
  // The document of Flowcerta shows no call that only reads: where there is none, the address answered and did not refuse the key.
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
      url: '/api/v1/org-webhooks',
      ignoreHttpStatusErrors: { ignore: true, except: [401, 403, 500, 502, 503, 504] },
    },
  };
}

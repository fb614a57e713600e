import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';

/** Access to FlexOrch, or to its dialect in Waybill. */
export class FlexOrchApi implements ICredentialType {
  name = 'flexOrchApi';
  displayName = 'FlexOrch API';
  icon: Icon = { light: 'file:../nodes/icons/flexorch.svg', dark: 'file:../nodes/icons/flexorch.dark.svg' };
  documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-waybill';
  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      required: true,
      default: 'https://api.flexorch.com',
      placeholder: 'https://waybill.example.com/flexorch',
      description: 'Of FlexOrch, or of its dialect in Waybill: the address of Waybill followed by /flexorch',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      required: true,
      default: '',
      description: 'Begins with dfx_. Against Waybill: an API key with the scope manage.',
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { 'X-API-KEY': '={{$credentials.apiKey}}' } },
  };
  // The document of FlexOrch shows no call that only reads: where there is none, the address answered and did not refuse the key.
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}',
      url: '/v1/webhooks',
      ignoreHttpStatusErrors: { ignore: true, except: [401, 403, 500, 502, 503, 504] },
    },
  };
}

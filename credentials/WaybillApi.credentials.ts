import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';

/** Access to an organization in Waybill. */
export class WaybillApi implements ICredentialType {
  name = 'waybillApi';
  displayName = 'Waybill API';
  icon: Icon = { light: 'file:../nodes/icons/waybill.svg', dark: 'file:../nodes/icons/waybill.dark.svg' };
  documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-waybill';
  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      required: true,
      default: 'http://127.0.0.1:8420',
      placeholder: 'https://waybill.example.com',
      description: 'Address of Waybill, without /v1',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      required: true,
      default: '',
      description:
        'An API key of the organization. Triggers and managing take the scope manage, publishing takes publish, and reading takes read.',
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
  };
  test: ICredentialTestRequest = {
    request: { baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}', url: '/v1/endpoints', qs: { limit: 1 } },
  };
}

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
        'An API key of the organization, or the admin key. Triggers and managing take the scope manage, publishing takes publish, and reading takes read.',
    },
    {
      displayName: 'Organization ID',
      name: 'organizationId',
      type: 'string',
      default: '',
      placeholder: 'org_01…',
      description: 'With the admin key: the organization to work in. API keys have their own.',
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: {
      headers: {
        Authorization: '=Bearer {{$credentials.apiKey}}',
        // Empty is as absent.
        'Waybill-Organization': '={{$credentials.organizationId}}',
      },
    },
  };
  test: ICredentialTestRequest = {
    request: { baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "")}}', url: '/v1/endpoints', qs: { limit: 1 } },
    rules: [
      {
        type: 'responseCode',
        properties: { value: 400, message: 'With the admin key, “Organization ID” has to name the organization.' },
      },
      {
        type: 'responseCode',
        properties: { value: 404, message: 'There is no Waybill at this address, or it has no such organization.' },
      },
    ],
  };
}

import type {
  IAuthenticateGeneric,
  ICredentialTestRequest,
  ICredentialType,
  Icon,
  INodeProperties,
} from 'n8n-workflow';

/** Access to the job-status API, whose webhooks are configured in its portal, or to its dialect in Waybill. */
export class JobStatusApi implements ICredentialType {
  name = 'jobStatusApi';
  displayName = 'Job Status API';
  icon: Icon = { light: 'file:../nodes/icons/job-status.svg', dark: 'file:../nodes/icons/job-status.dark.svg' };
  documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-waybill';
  properties: INodeProperties[] = [
    {
      displayName: 'Base URL',
      name: 'baseUrl',
      type: 'string',
      required: true,
      default: '',
      placeholder: 'https://waybill.example.com/job-status',
      description:
        'Of the job-status API, or of its dialect in Waybill: the address of Waybill followed by /job-status',
    },
    {
      displayName: 'API Key',
      name: 'apiKey',
      type: 'string',
      typeOptions: { password: true },
      required: true,
      default: '',
      description: 'Against Waybill: an API key with the scope manage',
    },
    {
      displayName: 'Signing Secret',
      name: 'signingSecret',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      placeholder: 'whsec_…',
      description: 'Of the endpoint that you added in the portal of the job-status API. Not needed against Waybill.',
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { Authorization: '=Bearer {{$credentials.apiKey}}' } },
  };
  // No call of the API only reads; the one of Waybill below this address does, and elsewhere the key is merely not refused.
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{$credentials.baseUrl.replace(/\\/+$/, "").replace(/\\/job-status$/, "")}}',
      url: '/v1/endpoints',
      qs: { dialect: 'job-status', limit: 1 },
      ignoreHttpStatusErrors: { ignore: true, except: [401, 403, 500, 502, 503, 504] },
    },
  };
}

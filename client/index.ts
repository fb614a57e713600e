export { type Api, createWaybill, unwrap, WaybillError, type WaybillOptions } from './api.ts';
export { type ReceivedWebhook, type VerifyOptions, verify, WebhookVerificationError } from './verify.ts';

// Entry of the workflow bundle: every export is a workflow type.
export { alertThresholds } from './alert-thresholds.ts';
export { applyRetention } from './apply-retention.ts';
export { deliver } from './deliver.ts';
export { scanExceptions } from './scan-exceptions.ts';

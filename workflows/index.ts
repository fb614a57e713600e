// Entry of the workflow bundle: every export is a workflow type.
export { deliver } from './deliver.ts';

/** Stands for a secret wherever a request or an endpoint is shown. */
export const MASK = '••••';

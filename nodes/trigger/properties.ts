import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** The choice of events in a system whose document lists them; its names and descriptions are what people pick from. */
export function eventsProperty(options: INodePropertyOptions[]): INodeProperties {
  return {
    displayName: 'Events',
    name: 'events',
    type: 'multiOptions',
    options,
    default: [],
    required: true,
    description: 'The events that start the workflow',
  };
}

/** When the sender is told that an event has arrived; the values are n8n's modes of answering. */
export const ACKNOWLEDGE: INodeProperties = {
  displayName: 'Acknowledge',
  name: 'acknowledge',
  type: 'options',
  options: [
    {
      name: 'When the Run Has Begun',
      value: 'onReceived',
      description: 'Once n8n has the run on record. What n8n dies within, it does not begin again.',
    },
    {
      name: 'When the Run Has Finished',
      value: 'lastNode',
      description:
        'Only once the run has succeeded: one that fails, or that n8n dies within, is begun again when the event is sent again. For runs of less than 30 seconds.',
    },
  ],
  default: 'onReceived',
  description: 'When the event counts as delivered',
};

/** Whether repeats start runs. Off: dropping them has a price. */
export const DROP_REPEATS: INodeProperties = {
  displayName: 'Drop Repeats',
  name: 'dropRepeats',
  type: 'boolean',
  default: false,
  // A run that failed would be dropped when it is to be made again.
  displayOptions: { show: { acknowledge: ['onReceived'] } },
  description:
    'Whether to drop an event that was received before: among the last 1,000, since n8n was started. An event whose run n8n could not put on record, as with a full disk, is dropped too when it comes again: leave this off where each event must run.',
};

/** For systems whose document shows no call that removes a webhook. */
export function removalNotice(title: string): INodeProperties {
  return {
    displayName: `Unpublishing removes the webhook from ${title} if ${title} has a call for it; its documentation shows none. If it has not, the n8n log says which webhook to remove by hand. Waybill has the call.`,
    name: 'removalNotice',
    type: 'notice',
    default: '',
  };
}

import type { DeliverInput, Steps } from '../destination.ts';
import type { Message } from '../message.ts';
import { badConfiguration, NOT_JIRA } from './answers.ts';
import { call, type Jira, type Outcome, verdictOf } from './api.ts';
import type { JiraConfig } from './config.ts';
import type { Issue } from './find-issue.ts';
import { commentOf, holdsDelivery } from './texts.ts';

/** The last ones: subjects are written one event at a time, so ours is among them unless people write much at once. */
const LAST_COMMENTS = 10;

/** Whether this delivery has commented already. Comments are read from the store, which does not lag. */
export function* hasCommented(jira: Jira, { id }: Issue, deliveryKey: string): Steps<Outcome<boolean>> {
  const answer = yield* call(jira, {
    step: 'read the last comments',
    method: 'GET',
    path: `/issue/${encodeURIComponent(id)}/comment?orderBy=-created&maxResults=${LAST_COMMENTS}`,
    ofIssue: true,
  });
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  // As text, since long comments may be cut off and what is left is no JSON.
  return { kind: 'ok', value: holdsDelivery(answer.text, deliveryKey) };
}

export function* addComment(
  jira: Jira,
  { id }: Issue,
  message: Message,
  { deliveryKey }: DeliverInput<JiraConfig>,
): Steps<Outcome<null>> {
  const answer = yield* call(jira, {
    step: 'comment the issue',
    method: 'POST',
    path: `/issue/${encodeURIComponent(id)}/comment`,
    body: { body: commentOf(message, deliveryKey, jira.config) },
    makes: true,
    ofIssue: true,
  });
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  // Jira repeats the comment; who says nothing has not made it.
  return answer.text ? { kind: 'ok', value: null } : { kind: 'stopped', verdict: badConfiguration(NOT_JIRA) };
}

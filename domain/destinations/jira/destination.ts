import type { Destination } from '../destination.ts';
import { browseUrl } from './api.ts';
import { assumeJira } from './assume.ts';
import type { JiraConfig } from './config.ts';
import { jiraFields } from './config-fields.ts';
import { checkJira } from './config-rules.ts';
import { deliverToJira } from './deliver.ts';
import { jiraOptions } from './options.ts';
import { verifyJira } from './verify.ts';

/** Jira, in Cloud (REST API 3) and Data Center (REST API 2): one issue for each subject. */
export const jiraDestination: Destination<JiraConfig> = {
  kind: 'jira',
  title: 'Jira',
  summary:
    'One issue for each subject: made by its first event, commented by later ones, resolved when nothing is left to do.',
  fields: jiraFields,
  // An event takes up to six requests, and Jira allows 20 changes of one issue in two seconds.
  rules: { ratePerSecond: 5, maxPerHour: null },
  check: checkJira,
  address: (config) => browseUrl(config, config.project),
  deliver: deliverToJira,
  assume: assumeJira,
  verify: verifyJira,
  options: jiraOptions,
};

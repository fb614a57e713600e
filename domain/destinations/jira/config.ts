import type { Severity } from '../message.ts';

/** What an endpoint of kind `jira` is configured with; credentials included. Texts are final: templates are rendered. */
export interface JiraConfig {
  deployment: 'cloud' | 'datacenter';
  /** Where people open Jira. */
  baseUrl: string;
  /** Where the API is, if elsewhere: scoped tokens of Cloud work at `https://api.atlassian.com/ex/jira/<cloud id>` alone. */
  apiBaseUrl?: string | undefined;
  email?: string | undefined;
  apiToken?: string | undefined;
  accessToken?: string | undefined;
  /** Its key. */
  project: string;
  /** Its name, or its id. */
  issueType: string;
  /** Absent: Jira's own five names. A severity that is not in it gets no priority. */
  priorities?: Readonly<Partial<Record<Severity, string>>> | undefined;
  labels?: readonly string[] | undefined;
  components?: readonly string[] | undefined;
  /** Account id in Cloud, user name in Data Center. */
  assignee?: string | undefined;
  /** By id; JSON or text. */
  fields?: Readonly<Record<string, string>> | undefined;
  createResolved?: boolean | undefined;
  resolveTransition?: string | undefined;
  resolution?: string | undefined;
  reopenTransition?: string | undefined;
  reopenWithinDays?: number | undefined;
}

export const DEFAULT_REOPEN_WITHIN_DAYS = 7;

export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

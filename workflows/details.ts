import type { DeliverState } from './messages.ts';

const MAX_ROWS = 20;

/** The workflow's current details in Temporal's UI: a small Markdown table of where each delivery stands. */
export function detailsTable(title: string, state: DeliverState): string {
  const rows = state.deliveries.slice(0, MAX_ROWS).map((d) => `| ${d.id} | ${d.generation} | ${d.attemptCount} |`);
  const more = state.deliveries.length - rows.length;
  const outcomes = Object.entries(state.outcomes).map(([outcome, count]) => `${outcome}: ${count}`);
  return [
    `**${title}**: ${state.phase}${state.waitMs === null ? '' : `, timer of ${Math.round(state.waitMs / 1000)} s`}`,
    ...(outcomes.length > 0 ? ['', outcomes.join(', ')] : []),
    '',
    '| delivery | generation | attempts |',
    '| --- | --- | --- |',
    ...rows,
    ...(more > 0 ? [`| and ${more} more | | |`] : []),
  ].join('\n');
}

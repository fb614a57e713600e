import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../cli/metrics/metrics.ts';

const OTHERS = /^(process|nodejs)_/;
const FUNCTIONS =
  /^(sum|max|min|rate|increase|histogram_quantile|min_over_time|by|le|dialect|status|outcome|work|where|job|instance)$/;

interface Panel {
  title: string;
  targets: { expr: string }[];
}

const read = (file: string) => readFileSync(new URL(`../examples/observability/${file}`, import.meta.url), 'utf8');

/** Names of the series that a scrape has, those of a histogram included. */
async function seriesNames(): Promise<Set<string>> {
  const metrics = createMetrics();
  const text = await metrics.text(async () => ({ waiting: 0, oldestWaitingAt: null }));
  const names = new Set<string>();
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    for (const end of type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']) names.add(`${name}${end}`);
  }
  return names;
}

function metricNames(expression: string): string[] {
  const bare = expression.replace(/"[^"]*"/g, '').replace(/\[\w+\]/g, '');
  return [...bare.matchAll(/[a-z_]{2,}[a-z0-9_]*/g)].map(([name]) => name).filter((name) => !FUNCTIONS.test(name));
}

const dashboard: { panels: Panel[] } = JSON.parse(read('grafana-dashboard.json'));
const rules: { groups: { rules: { alert: string; expr: string }[] }[] } = parse(read('prometheus-alerts.yaml'));
const expressions = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [`panel ${title}`, expr] as const)),
  ...rules.groups.flatMap((group) => group.rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const)),
];

it.each(expressions)('%s names only metrics that there are', async (_where, expression) => {
  const known = await seriesNames();
  const names = metricNames(expression);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

it('the dashboard shows every metric of ours', async () => {
  const used = new Set(expressions.flatMap(([, expression]) => metricNames(expression)));
  const families = [...(await seriesNames())].filter((name) => !OTHERS.test(name));
  const base = (name: string) => name.replace(/_(bucket|sum|count)$/, '');
  const shown = new Set([...used].map(base));
  expect([...new Set(families.map(base))].filter((name) => !shown.has(name))).toEqual([]);
});

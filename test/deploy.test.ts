import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { configTable } from '../cli/config.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const { version } = JSON.parse(read('package.json'));
const variables = new Set(configTable().map((row) => row.variable));
const commands = new Set([...read('cli/waybill.ts').matchAll(/^ {2}(\w+): \{$/gm)].map(([, name]) => name));
/** What each process refuses to start without; source: cli/gateway.ts, cli/worker.ts, cli/migrate.ts. */
const NEEDED = ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'WAYBILL_SECRET_KEY'];

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, unknown>;
}

describe('compose.yaml', () => {
  const text = read('compose.yaml');
  const { services }: { services: Record<string, Service> } = parse(text, { merge: true });
  const own = Object.entries(services).filter(([, service]) => service.image.startsWith('waybill:'));

  it('runs this version, by commands that there are', () => {
    expect(own.map(([name]) => name).sort()).toEqual(['gateway', 'migrate', 'worker']);
    for (const [, { image, command }] of own) {
      expect(image).toBe(`waybill:${version}`);
      expect(commands).toContain(command?.[0]);
    }
  });

  it.each(own)('%s gets variables that there are, and those that it needs', (_name, { environment = {} }) => {
    expect(Object.keys(environment).filter((name) => !variables.has(name))).toEqual([]);
    expect(Object.keys(environment)).toEqual(expect.arrayContaining(NEEDED));
  });

  it('asks in its env file for every secret that it has no default for', () => {
    const asked = [...read('examples/deploy/compose.env').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    const used = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
    expect(asked.sort()).toEqual([...used].sort());
  });

  it('waits only for services that there are', () => {
    const awaited = Object.values(services).flatMap((service) => Object.keys(service.depends_on ?? {}));
    expect(awaited.filter((name) => !(name in services))).toEqual([]);
  });
});

interface Resource {
  kind: string;
  metadata: { name: string; namespace?: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: as deep as Kubernetes nests
  spec?: any;
}

describe('kubernetes.yaml', () => {
  const resources = parseAllDocuments(read('examples/deploy/kubernetes.yaml')).map((one) => one.toJS() as Resource);
  const pods = resources.filter(({ kind }) => kind === 'Deployment' || kind === 'Job');
  const given = resources.flatMap(({ data, stringData }) => Object.keys({ ...data, ...stringData }));

  it('gives variables that there are, and those that are needed', () => {
    expect(given.filter((name) => !variables.has(name))).toEqual([]);
    expect(given).toEqual(expect.arrayContaining([...NEEDED, 'WAYBILL_ADMIN_KEY']));
  });

  it.each(pods.map((pod) => [pod.metadata.name, pod] as const))(
    '%s runs this version as it can be run',
    (_name, pod) => {
      const { containers, securityContext } = pod.spec.template.spec;
      for (const { image, args, envFrom, readinessProbe } of containers) {
        expect(image).toBe(`waybill:${version}`);
        expect(commands).toContain(args[0]);
        for (const { configMapRef, secretRef } of envFrom) {
          const named = resources.find(
            ({ kind, metadata }) =>
              metadata.name === (configMapRef ?? secretRef).name && kind === (configMapRef ? 'ConfigMap' : 'Secret'),
          );
          expect(named).toBeDefined();
        }
        if (pod.kind === 'Deployment') {
          expect(securityContext.runAsNonRoot).toBe(true);
          expect(read('gateway/routes/health.ts')).toContain(`'${readinessProbe.httpGet.path}'`);
          expect(pod.spec.selector.matchLabels).toEqual(pod.spec.template.metadata.labels);
        }
      }
    },
  );

  it('has its Service lead to pods that there are', () => {
    const service = resources.find(({ kind }) => kind === 'Service');
    const labels = pods.map((pod) => pod.spec.template.metadata?.labels?.app);
    expect(labels).toContain(service?.spec.selector.app);
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');

  it('copies from the sources only what is there', () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
    const root = fileURLToPath(new URL('..', import.meta.url));
    expect(copied.filter((path) => !existsSync(`${root}/${path}`))).toEqual([]);
  });

  it('runs without root, by a command that there is', () => {
    expect(text).toMatch(/^USER node$/m);
    expect(commands).toContain(/^CMD \["(\w+)"\]$/m.exec(text)?.[1]);
  });
});

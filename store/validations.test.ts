import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Finding, summarize, type Validation } from '../domain/validations/validation.ts';
import { aStore, KINDS, type TestStore } from '../test/stores.ts';
import { events, validations } from './schema.ts';
import type { NewValidation } from './validations.ts';

describe.each(KINDS)('validations on %s', (kind) => {
  let t: TestStore;
  let organizationId: string;
  const at = { scanHour: 9, scanTimeZone: 'Europe/Berlin' };

  beforeAll(async () => {
    t = await aStore(kind);
  });
  beforeEach(async () => {
    organizationId = await anOrganization();
  });
  afterAll(() => t.close());

  async function anOrganization(): Promise<string> {
    const { id } = (await t.store.organizations.create('Acme')).organization;
    await t.store.alertSettings.update(id, at);
    return id;
  }
  const setThreshold = (scoreThreshold: number | null) =>
    t.store.alertSettings.update(organizationId, { scoreThreshold });

  function aValidation(changes: Partial<Validation> = {}, fingerprint = 'same'): NewValidation {
    const findings: Finding[] = [
      { ruleId: 'R-1', severity: 'low', category: 'style', location: 'Main.xaml:7', description: 'Long name.' },
      { ruleId: 'R-2', severity: 'critical', category: 'secret', location: 'Main.xaml:42', description: 'Password.' },
    ];
    const validation: Validation = {
      validationId: randomUUID(),
      platform: 'uipath',
      fileName: 'Main.xaml',
      label: null,
      passed: false,
      score: 47,
      enforcementMode: 'blocking',
      policyPackSlug: 'uipath-reframework-baseline',
      validatedAt: '2026-05-15T18:42:11.500Z',
      summary: summarize(findings),
      ...changes,
    };
    return { validation, findings, result: JSON.stringify({ ...validation, findings }), fingerprint };
  }
  async function fired(of = organizationId) {
    const rows = await t.store.db.select().from(events).where(eq(events.organizationId, of)).orderBy(events.type);
    return rows.map(({ type, data }) => ({ type, data: JSON.parse(data) }));
  }
  const typesFired = async () => (await fired()).map(({ type }) => type);
  const scan = (since = new Date(Date.now() - 86_400_000).toISOString(), by = t.store) =>
    by.scans.scanValidations({ at, now: new Date().toISOString(), since, after: null, limit: 100 });

  it('one is stored whole, and validation.completed is published with the top findings', async () => {
    const to = await t.anEndpoint({ dialect: 'flowcerta', eventTypes: ['validation.completed'] }, organizationId);
    const added = aValidation();
    const { validationId } = added.validation;
    expect(await t.store.validations.add(organizationId, added)).toEqual({
      kind: 'stored',
      validation: { ...added.validation, createdAt: expect.any(String) },
    });
    expect(await t.store.validations.result(organizationId, validationId)).toBe(added.result);
    const [event] = await fired();
    expect(event?.data).toEqual({ ...added.validation, findings: [added.findings[1], added.findings[0]] });
    expect(await t.deliveriesOf(to)).toMatchObject([{ status: 'pending' }]);
  });

  it('a score under the threshold publishes validation.below_threshold too; one at it does not', async () => {
    await setThreshold(47);
    await t.store.validations.add(organizationId, aValidation());
    expect(await typesFired()).toEqual(['validation.completed']);
    const { validation, ...rest } = aValidation({ score: 46.5, label: 'nightly' });
    await t.store.validations.add(organizationId, { validation, ...rest });
    const [alert] = await fired();
    const { validationId } = validation;
    expect(alert).toEqual({
      type: 'validation.below_threshold',
      data: { validationId, platform: 'uipath', fileName: 'Main.xaml', label: 'nightly', score: 46.5, threshold: 47 },
    });
  });

  it('the same id again changes nothing and fires nothing, also at the same moment; other content is a conflict', async () => {
    await setThreshold(90);
    const added = aValidation();
    const answers = await Promise.all([1, 2, 3].map(() => t.store.validations.add(organizationId, added)));
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['repeated', 'repeated', 'stored']);
    const { kind: _, ...first } = answers[0] as (typeof answers)[0];
    for (const { kind: _, ...answer } of answers) expect(answer).toEqual(first);
    const other = { ...added, fingerprint: 'other', result: '{}' };
    expect(await t.store.validations.add(organizationId, other)).toEqual({ kind: 'conflict' });
    expect(await t.store.validations.result(organizationId, added.validation.validationId)).toBe(added.result);
    expect(await typesFired()).toEqual(['validation.below_threshold', 'validation.completed']);
  });

  it("another organization's are not found, and may have the same id", async () => {
    const added = aValidation();
    await t.store.validations.add(organizationId, added);
    const other = await anOrganization();
    expect(await t.store.validations.result(other, added.validation.validationId)).toBeNull();
    expect(await t.store.validations.add(other, { ...added, fingerprint: 'other' })).toMatchObject({ kind: 'stored' });
    expect(await fired(other)).toHaveLength(1);
  });

  it('are listed newest first, page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const added = aValidation();
      await t.store.validations.add(organizationId, added);
      ids.unshift(added.validation.validationId);
    }
    const seen: string[] = [];
    let after: { createdAt: string; id: string } | null = null;
    for (let i = 0; i < 3; i++) {
      const page: Awaited<ReturnType<typeof t.store.validations.list>> = await t.store.validations.list(
        organizationId,
        {
          limit: 2,
          after,
        },
      );
      seen.push(...page.map(({ validationId }) => validationId));
      const last = page.at(-1);
      if (last) after = { createdAt: last.createdAt, id: last.validationId };
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  describe('the daily scan', () => {
    it('alerts what the threshold was set for later, once each', async () => {
      const low = aValidation({ score: 40 });
      await t.store.validations.add(organizationId, low);
      await t.store.validations.add(organizationId, aValidation({ score: 70 }));
      expect(await scan()).toEqual({ alerted: 0, next: null });
      await setThreshold(70);
      expect(await scan()).toEqual({ alerted: 1, next: null });
      expect(await scan()).toEqual({ alerted: 0, next: null });
      const [alert] = await fired();
      expect(alert?.data).toMatchObject({ validationId: low.validation.validationId, score: 40, threshold: 70 });
    });

    it('does not alert again what was alerted when it came', async () => {
      await setThreshold(70);
      await t.store.validations.add(organizationId, aValidation());
      await setThreshold(80);
      expect(await scan()).toMatchObject({ alerted: 0 });
      expect(await typesFired()).toEqual(['validation.below_threshold', 'validation.completed']);
    });

    it('leaves out what came before, and other hours and zones', async () => {
      await t.store.validations.add(organizationId, aValidation());
      await setThreshold(70);
      expect(await scan(new Date(Date.now() + 60_000).toISOString())).toMatchObject({ alerted: 0 });
      await t.store.alertSettings.update(organizationId, { scanHour: 10 });
      expect(await scan()).toMatchObject({ alerted: 0 });
      await t.store.alertSettings.update(organizationId, at);
      expect(await scan()).toMatchObject({ alerted: 1 });
    });

    it('two at the same time alert once each', async () => {
      for (let i = 0; i < 10; i++) await t.store.validations.add(organizationId, aValidation());
      await setThreshold(70);
      const by = kind === 'postgres' ? await t.another() : t.store;
      const pages = await Promise.all([scan(), scan(undefined, by), scan()]);
      expect(pages.reduce((sum, { alerted }) => sum + alerted, 0)).toBe(10);
      expect((await typesFired()).filter((type) => type === 'validation.below_threshold')).toHaveLength(10);
    });
  });

  it('a publish that fails leaves no validation behind', async () => {
    const added = aValidation();
    const broken = { ...added, findings: [{ ...added.findings[0] } as Finding] };
    Object.defineProperty(broken.findings[0], 'ruleId', {
      get() {
        throw new Error('no event');
      },
    });
    await expect(t.store.validations.add(organizationId, broken)).rejects.toThrow('no event');
    const rows = await t.store.db.select().from(validations).where(eq(validations.organizationId, organizationId));
    expect(rows).toEqual([]);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { GitHubView } from '../../core/contract/views.ts';
import type { DeploymentState } from '../../core/deployments/model.ts';
import { deploymentRef, listOfDeployments } from '../../core/deployments/records.ts';
import { BerthError } from '../../core/kernel/errors.ts';
import { ledgerOf } from '../../core/kernel/ledger.ts';
import type { LedgerEntry } from '../../core/kernel/ports.ts';
import { pipelineRef } from '../../core/pipelines/records.ts';
import { startApi } from '../../test/support/api.ts';
import { pushOf, send, useSecret } from '../../test/support/github.ts';
import { createMemoryStore, gatedStore } from '../../test/support/memory-store.ts';

const service = 'local/shop-web';
const maxPushes = 6;

type Step = { readonly deliver: number } | 'settle' | 'sweep' | 'crash';

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.nat({ max: maxPushes - 1 }).map((deliver): Step => ({ deliver })) },
    { weight: 3, arbitrary: fc.constantFrom<Step[]>('settle', 'sweep', 'crash') },
  ),
  { minLength: 3, maxLength: 20 },
);

/** Which operations of the table fail: none, some, or many, over and over. */
const failures = fc.integer({ min: 3, max: 40 }).chain((rarity) =>
  fc.array(
    fc.nat({ max: rarity }).map((value) => value === 0),
    { minLength: 7, maxLength: 60 },
  ),
);

/** A branch's pushes, and an API whose table fails as `fails` says, before or after it has done what it was asked. */
async function startFaulty(fails: readonly boolean[]) {
  let operations = 0;
  let isFaulty = false;
  let nowMs = 1_700_000_000_000;
  const store = gatedStore(createMemoryStore(), async () => {
    if (isFaulty && fails[operations++ % fails.length])
      throw new BerthError('unavailable', 'the table is away');
  });
  const api = startApi({ store, clock: { now: () => nowMs } });
  useSecret(api);
  const body = {
    ...{ environment: 'local', app: 'shop', service: 'web' },
    spec: {
      ...{ image: 'acme/shop:first', count: 1 },
      ci: { github: { repository: 'acme/shop', branch: 'main', image: 'acme/shop:{sha}' } },
    },
  };
  await api.ask({ method: 'POST', path: '/deployments', body });
  await api.settle();
  isFaulty = true;
  const quietly = (work: Promise<unknown>) => work.catch(() => undefined);
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return {
    store,
    deliver: (which: number) =>
      send<GitHubView>(api, { delivery: `delivery-${which}`, body: pushOf(which, which + 1) }),
    async step(step: Exclude<Step, object>) {
      pass(1_000);
      if (step === 'settle') await quietly(api.settle());
      if (step === 'sweep') await quietly(api.sweep());
      // Whoever was woken is gone, and what it held is free again only when its lease has run out.
      if (step === 'crash') api.rung.length = 0;
    },
    async recover() {
      isFaulty = false;
      for (let minute = 0; minute < 6; minute++) {
        pass(60_000);
        await api.sweep();
        await api.settle();
      }
    },
  };
}

type Faulty = Awaited<ReturnType<typeof startFaulty>>;

/** The pushes that were accepted, in the order of the pipeline's own history. */
async function acceptedIn({ store }: Faulty): Promise<number[]> {
  const { entries } = await store.query({ ...ledgerOf(pipelineRef(service)), limit: 1000 });
  const texts = entries.flatMap(({ body }) => (body as LedgerEntry).reasons.map(({ text }) => text));
  const ids = texts.flatMap((text) => /: (dep_\w+) deploys it/.exec(text)?.[1] ?? []);
  return Promise.all(ids.map(async (id) => pushIn((await store.load(deploymentRef(id)))?.state)));
}

const pushIn = (state: unknown) => {
  const { what } = (state as DeploymentState).request;
  return what.type === 'content' ? Number.parseInt(what.spec.image.split(':')[1] ?? '', 16) : -1;
};

it('a delivery that was accepted is deployed, once and in order, wherever the table or a function fails', async () => {
  await fc.assert(
    fc.asyncProperty(steps, failures, async (plan, fails) => {
      const faulty = await startFaulty(fails);
      const promised: string[] = [];
      for (const step of plan) {
        if (typeof step === 'string') await faulty.step(step);
        else {
          const { status, body } = await faulty.deliver(step.deliver);
          expect([202, 503]).toContain(status);
          if (status === 202) promised.push(...body.services.flatMap(({ deployment }) => deployment ?? []));
        }
      }
      await faulty.recover();
      const accepted = await acceptedIn(faulty);
      expect(accepted).toEqual([...new Set(accepted)].sort((one, other) => one - other));
      const { entries } = await faulty.store.query({ list: listOfDeployments(service), limit: 100 });
      const made = entries.map(({ body }) => body as DeploymentState);
      expect(made).toHaveLength(accepted.length + 1);
      expect(made.filter(({ at }) => at.phase !== 'ended')).toEqual([]);
      const ids = made.map(({ request }) => request.id);
      expect(promised.filter((id) => !ids.includes(id))).toEqual([]);
    }),
    { numRuns: 80 },
  );
});

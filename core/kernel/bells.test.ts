import { expect, it } from 'vitest';
import { ringOnce } from './bells.ts';
import type { Ref } from './plan.ts';

const web: Ref = { kind: 'service', id: 'local/web' };
const api: Ref = { kind: 'service', id: 'local/api' };

function bells(answers: (() => Promise<void>)[] = []) {
  const world = { now: 1_000, rung: [] as [string, number][] };
  const alarms = ringOnce(
    {
      async ring({ id }, at) {
        world.rung.push([id, at]);
        await answers.shift()?.();
      },
    },
    { now: () => world.now },
  );
  return { world, ring: alarms.ring };
}

it('rings once for one moment of one aggregate', async () => {
  const { world, ring } = bells();
  await Promise.all([ring(web, 11_000), ring(web, 11_000), ring(api, 11_000), ring(web, 12_000)]);
  world.now = 5_000;
  await ring(web, 11_000);
  expect(world.rung).toEqual([
    ['local/web', 11_000],
    ['local/api', 11_000],
    ['local/web', 12_000],
  ]);
});

it('rings always for what is to be looked at now, or soon', async () => {
  const { world, ring } = bells();
  await ring(web, 1_000);
  await ring(web, 1_000);
  await ring(web, 11_000);
  world.now = 9_500;
  await ring(web, 11_000);
  expect(world.rung).toHaveLength(4);
});

it('rings again where nobody heard it, and tells whoever relied on it', async () => {
  const { world, ring } = bells([() => Promise.reject(new Error('the queue is away'))]);
  const both = await Promise.allSettled([ring(web, 11_000), ring(web, 11_000)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await ring(web, 11_000);
  expect(world.rung).toHaveLength(2);
});

it('forgets what is past', async () => {
  const { world, ring } = bells();
  for (let place = 0; place < 1_000; place++) {
    world.now += 3_000;
    await ring(web, world.now + 10_000);
  }
  expect(world.rung).toHaveLength(1_000);
  await ring(web, world.now + 10_000);
  expect(world.rung).toHaveLength(1_000);
});

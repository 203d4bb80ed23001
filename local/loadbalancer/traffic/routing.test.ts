import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { choose, eligible, weighted } from './routing.ts';
import { Upstream } from './upstream.ts';

const made: Upstream[] = [];

afterEach(() => {
  for (const member of made.splice(0)) member.close();
});

function member(state: Upstream['state'], busy = 0): Upstream {
  const created = new Upstream('group', { address: '127.0.0.1', port: made.length + 1 }, state, 1);
  for (let count = 0; count < busy; count++) created.work.add({ abort: () => {} });
  made.push(created);
  return created;
}

test('only healthy targets get requests while there is one', () => {
  const one = member('healthy');
  expect(eligible([member('initial'), one, member('unhealthy'), member('draining')])).toEqual([one]);
});

test('without a healthy one all but the draining get them, if one is known to be unhealthy', () => {
  const [sick, fresh] = [member('unhealthy'), member('initial')];
  expect(eligible([sick, fresh, member('draining')])).toEqual([sick, fresh]);
  expect(eligible([fresh, member('draining')])).toEqual([]);
});

test('round robin takes turns', () => {
  const members = [member('healthy'), member('healthy'), member('healthy')];
  const chosen = [0, 1, 2, 3].map((turn) => choose(members, 'round_robin', turn));
  expect(chosen).toEqual([...members, members[0]]);
  expect(choose([], 'round_robin', 5)).toBeUndefined();
});

test('least outstanding requests takes the least busy', () => {
  const members = [member('healthy', 2), member('healthy', 1), member('healthy', 1)];
  const chosen = [0, 1, 2, 3].map((turn) => choose(members, 'least_outstanding_requests', turn));
  expect(chosen).toEqual([members[1], members[2], members[1], members[2]]);
  expect(choose([], 'least_outstanding_requests', 0)).toBeUndefined();
});

test.each([[[1, 1]], [[95, 5]], [[3, 1]], [[0, 7]], [[999, 1, 500]]])(
  'weights %j are met exactly in one round',
  (weights) => {
    const groups = weights.map((weight, index) => ({ targetGroupArn: `${index}`, weight }));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const counts = weights.map(() => 0);
    for (let turn = 0; turn < total; turn++) {
      const index = Number(weighted(groups, turn)?.targetGroupArn);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts).toEqual(weights);
  },
);

test('any weights are met exactly in one round, wherever it begins', () => {
  const anyWeights = fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(anyWeights, fc.nat(100_000), (weights, first) => {
      const groups = weights.map((weight, index) => ({ targetGroupArn: `${index}`, weight }));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const counts = weights.map(() => 0);
      for (let turn = first; turn < first + total; turn++) {
        const index = Number(weighted(groups, turn)?.targetGroupArn);
        counts[index] = (counts[index] ?? 0) + 1;
      }
      expect(counts).toEqual(weights);
    }),
    { numRuns: 40 },
  );
});

test('a group of weight 0 gets nothing, even when it is the only one', () => {
  expect(weighted([{ targetGroupArn: 'a', weight: 0 }], 3)).toBeUndefined();
});

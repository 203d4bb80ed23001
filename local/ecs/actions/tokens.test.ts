import { ECSClient, RunTaskCommand, type Task } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEndpoint } from '../../support/server.ts';
import type { AwsError } from '../../support/service.ts';
import { clientOptions, listening } from '../../testing.ts';
import { type Bench, network, startBench, webDefinition } from '../testing.ts';
import type { Wire } from '../wire.ts';
import { tokenExpiresAt } from './tokens.ts';

const hourMs = 3_600_000;
type Answer = { tasks: Wire<Task>[]; failures: { arn?: string; reason?: string }[] };

async function bench(lifeMs?: (launch: number) => number): Promise<Bench> {
  let launches = 0;
  const b = await startBench({
    script() {
      launches += 1;
      return lifeMs ? { exitAfterMs: lifeMs(launches) } : {};
    },
  });
  for (const clusterName of ['default', 'other']) b.call('CreateCluster', { clusterName });
  b.call('RegisterTaskDefinition', webDefinition());
  return b;
}

const request = { taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network };
const run = (b: Bench, change: object) => b.call<Answer>('RunTask', { ...request, ...change });
const arns = ({ tasks }: Answer) => tasks.map(({ taskArn }) => taskArn);

describe('a clientToken', () => {
  it('starts one task for fifty calls at once', async () => {
    const b = await bench();
    const server = createEndpoint({
      services: [b.engine.service],
      routes: [],
      flush: b.journal.flush,
      log: (line) => {
        throw new Error(line);
      },
    });
    const ecs = new ECSClient(clientOptions(await listening(server, 0)));
    const command = () => new RunTaskCommand({ ...request, launchType: 'FARGATE', clientToken: 'once' });
    const answers = await Promise.all(Array.from({ length: 50 }, () => ecs.send(command())));
    ecs.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(new Set(answers.map(({ tasks }) => tasks?.[0]?.taskArn)).size).toBe(1);
    await b.clock.advance(10);
    expect(b.runtime.started).toHaveLength(1);
  });

  it('counts in one cluster', async () => {
    const b = await bench();
    expect(arns(run(b, { clientToken: 'once' }))).not.toEqual(
      arns(run(b, { clientToken: 'once', cluster: 'other' })),
    );
  });

  it('is good for 24 hours while its task runs', async () => {
    const b = await bench();
    const first = arns(run(b, { clientToken: 'once' }));
    await b.clock.advance(24 * hourMs - 1);
    expect(arns(run(b, { clientToken: 'once' }))).toEqual(first);
    await b.clock.advance(1);
    expect(arns(run(b, { clientToken: 'once' }))).not.toEqual(first);
  });

  it('is good for an hour after the last of its tasks has stopped', async () => {
    const b = await bench((launch) => launch * 600_000);
    const first = run(b, { clientToken: 'once', count: 2 });
    await b.clock.advance(600_000 + hourMs + 60_000);
    const again = run(b, { clientToken: 'once', count: 2 });
    expect(arns(again)).toEqual([arns(first)[1]]);
    expect(again.tasks[0]).toEqual({
      taskArn: arns(first)[1],
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
    });
    expect(again.failures).toEqual([{ reason: 'MISSING' }]);
    await b.clock.advance(600_000);
    expect(arns(run(b, { clientToken: 'once', count: 2 }))).not.toContain(arns(first)[1]);
  });

  it('has an end that is the lower of 24 hours and an hour after the last stop', () => {
    const stops = fc.array(fc.option(fc.nat(30 * hourMs), { nil: undefined }), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(fc.nat(1e9), stops, (createdAt, lives) => {
        const tasks = lives.map((life) =>
          life === undefined
            ? { lastStatus: 'RUNNING' as const }
            : { lastStatus: 'STOPPED' as const, stoppedAt: createdAt + life },
        );
        const lifetime = lives.reduce<number>(
          (most, life) => Math.max(most, life ?? Number.POSITIVE_INFINITY),
          0,
        );
        expect(tokenExpiresAt({ createdAt }, tasks)).toBe(
          createdAt + Math.min(24 * hourMs, lifetime + hourMs),
        );
      }),
    );
  });
});

interface Call {
  readonly token: string;
  readonly count: number;
  readonly startedBy: string;
  readonly waitMs: number;
}

const call: fc.Arbitrary<Call> = fc.record({
  token: fc.constantFrom('a', 'b', 'c'),
  count: fc.integer({ min: 1, max: 3 }),
  startedBy: fc.constantFrom('me', 'you'),
  waitMs: fc.constantFrom(0, 5, 200_000),
});

describe('RunTask, whatever is called', () => {
  it('gives the same tasks for the same request, and a conflict that names them for another', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 12 }), async (calls) => {
        const b = await bench((launch) => launch * 100_000);
        const known = new Map<string, { asked: string; arns: (string | undefined)[] }>();
        for (const { token, waitMs, ...asked } of calls) {
          await b.clock.advance(waitMs);
          const text = JSON.stringify(asked);
          const before = known.get(token);
          if (before && before.asked !== text) {
            expect(conflictOf(b, { ...asked, clientToken: token })).toEqual(before.arns);
            continue;
          }
          const given = arns(run(b, { ...asked, clientToken: token }));
          if (before) expect(given).toEqual(before.arns);
          else known.set(token, { asked: text, arns: given });
        }
        const versions = Map.groupBy(b.events, ({ detail }) => detail.taskArn);
        for (const events of versions.values()) {
          const told = events.map(({ detail }) => detail.version);
          expect(told).toEqual(told.map((_, index) => index + 1));
        }
        await b.engine.stop();
      }),
      { numRuns: 30 },
    );
  });
});

/** The ARNs that a ConflictException names. */
function conflictOf(b: Bench, change: object): unknown {
  try {
    b.engine.service.call('RunTask', { ...request, ...change }, {});
  } catch (error) {
    const { code, fields } = error as AwsError;
    expect(code).toBe('ConflictException');
    return fields.resourceIds;
  }
  return 'accepted';
}

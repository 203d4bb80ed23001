import { functionAccessKey } from '../local/lambda/settings.ts';
import { type LoadReport, percentile, startLoad } from '../test/support/load.ts';
import { processesOf } from '../test/support/processes.ts';
import type { ShopRelease } from '../test/support/shop.ts';
import { until } from '../test/support/until.ts';
import type { Benchmark, Measured } from './benchmark.ts';
import type { LoggedEvent } from './event-log.ts';
import { type Stage, setStage } from './stage.ts';
import type { TappedCall } from './tap.ts';

const ratePerSecond = 250;
const fewestEvents = 100;
const mostDeployments = 12;

/** A deployment under load, how soon events are acted on, and how soon a killed task is replaced. */
export const rollout: Benchmark = {
  name: 'rollout',
  summary: 'rolling deployments and a killed task under load: failed requests, reaction and recovery times',
  figures: [
    { key: 'requests', label: 'requests' },
    { key: 'requestsPerSecond', label: 'requests a second', limit: { atLeast: 200 } },
    { key: 'failedRequests', label: 'failed requests', limit: { atMost: 0 } },
    { key: 'latencyP50Ms', label: 'latency through the load balancer, p50', unit: 'ms' },
    { key: 'latencyP99Ms', label: 'latency through the load balancer, p99', unit: 'ms' },
    { key: 'deployments', label: 'deployments' },
    { key: 'deploymentMs', label: 'a deployment, mean', unit: 'ms' },
    { key: 'events', label: 'ECS events that Berth acted on', limit: { atLeast: fewestEvents } },
    { key: 'eventToCallP50Ms', label: 'event to ECS call, p50', unit: 'ms' },
    { key: 'eventToCallP99Ms', label: 'event to ECS call, p99', unit: 'ms', limit: { atMost: 150 } },
    { key: 'recoveryMs', label: 'SIGKILL to its replacement serving', unit: 'ms' },
  ],
  async run(log) {
    const stage = await setStage(log);
    try {
      return await measure(stage, log);
    } finally {
      await stage.close();
    }
  },
};

async function measure(stage: Stage, log: (line: string) => void): Promise<Measured> {
  log('deploying v1');
  await stage.deploy('berth');
  await stage.events.collect();

  const load = startLoad({ url: stage.shopUrl, ratePerSecond, ask: visit });
  const reactions: number[] = [];
  const durations: number[] = [];
  while (reactions.length < fewestEvents && durations.length < mostDeployments) {
    const release: ShopRelease = durations.length % 2 === 0 ? 'v2' : 'berth';
    durations.push(await deployment(stage, release, reactions));
    log(`${release}: ${durations.at(-1)?.toFixed(0)} ms, ${reactions.length} events so far`);
  }
  const during = await load.stop();

  log('killing a task');
  // What is in flight at a task that is killed may only be repeated when that is safe, so only look now.
  const looking = startLoad({ url: `${stage.shopUrl}/api/products`, ratePerSecond });
  const recoveryMs = await recovery(stage, durations.length % 2 === 1 ? 'v2.mjs' : 'server.mjs');
  const after = await looking.stop();

  for (const failure of [...during.failures, ...after.failures]) log(`failed: ${JSON.stringify(failure)}`);
  return { ...traffic(during, after), ...reaction(reactions), ...deployments(durations), recoveryMs };
}

/** Mostly looks, sometimes an order: orders may not be repeated behind the customer's back. */
function visit(index: number) {
  if (index % 10 === 0)
    return { method: 'POST', path: '/api/orders', body: '{"product":"rope","quantity":2}' };
  return { path: index % 3 === 0 ? '/' : '/api/products' };
}

/** Deploys, and adds to `reactions` the time from each event meanwhile to Berth's next look at ECS. */
async function deployment(stage: Stage, release: ShopRelease, reactions: number[]): Promise<number> {
  const earlier = stage.tap.calls.length;
  const startedAt = performance.now();
  await stage.deploy(release);
  const durationMs = performance.now() - startedAt;
  reactions.push(...reactionsTo(await stage.events.collect(), stage.tap.calls.slice(earlier)));
  return durationMs;
}

/**
 * Every look of a function at a service begins with this call, and makes it once. A look that had begun before
 * an event is therefore never taken for one that came of it.
 */
const firstCallOfALook = 'DescribeServices';
const service = 'service:shop-web';
/** The API looks when somebody asks, not because of an event. */
const asker = functionAccessKey('api');

/**
 * Milliseconds from each event about the service to the next look, between the first look of a deployment and
 * its last: before and after, nobody in Berth waits for the service, and events are only recorded.
 */
export function reactionsTo(events: readonly LoggedEvent[], calls: readonly TappedCall[]): number[] {
  const looks = calls.filter((call) => call.action === firstCallOfALook && call.accessKeyId !== asker);
  const [first] = looks;
  return events
    .filter(({ subject, atMs }) => subject === service && first && atMs >= first.atMs)
    .flatMap(({ atMs }) => {
      const next = looks.find((look) => look.atMs >= atMs);
      return next ? [next.atMs - atMs] : [];
    });
}

/** Kills one process of the service; answers when a task that was not there before answers a request. */
async function recovery(stage: Stage, script: string): Promise<number> {
  const before = await tasksThatAnswer(stage.shopUrl);
  const victim = processesOf(stage.directory).find(
    ({ command }) => /^\S*node\b/.test(command) && command.includes(script),
  );
  if (!victim) throw new Error(`no process of the shop runs ${script}`);
  const killedAt = performance.now();
  process.kill(victim.pid, 'SIGKILL');
  await until('the replacement to serve', async () => {
    const answering = await taskThatAnswers(stage.shopUrl);
    return answering !== undefined && !before.has(answering);
  });
  return Math.round(performance.now() - killedAt);
}

async function tasksThatAnswer(url: string): Promise<Set<string>> {
  const answers = await Promise.all(Array.from({ length: 20 }, () => taskThatAnswers(url)));
  return new Set(answers.filter((task) => task !== undefined));
}

async function taskThatAnswers(url: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/api/products`);
  return answer.ok ? ((await answer.json()) as { task: string }).task : undefined;
}

function traffic(...reports: readonly LoadReport[]): Measured {
  const sum = (of: (report: LoadReport) => number) =>
    reports.reduce((total, report) => total + of(report), 0);
  const [during] = reports;
  return {
    requests: sum((report) => report.requests),
    requestsPerSecond: rounded(sum((report) => report.requests) / sum((report) => report.seconds)),
    failedRequests: sum((report) => report.failed),
    latencyP50Ms: rounded(during?.latencyMs.p50 ?? 0),
    latencyP99Ms: rounded(during?.latencyMs.p99 ?? 0),
  };
}

function reaction(reactions: readonly number[]): Measured {
  const sorted = Float64Array.from(reactions).sort();
  return {
    events: sorted.length,
    eventToCallP50Ms: percentile(sorted, 0.5),
    eventToCallP99Ms: percentile(sorted, 0.99),
  };
}

function deployments(durationsMs: readonly number[]): Measured {
  const mean = durationsMs.reduce((sum, each) => sum + each, 0) / durationsMs.length;
  return { deployments: durationsMs.length, deploymentMs: Math.round(mean) };
}

const rounded = (value: number) => Math.round(value * 10) / 10;

import { percentile } from '../test/support/load.ts';
import { processesOf } from '../test/support/processes.ts';
import type { ShopRelease } from '../test/support/shop.ts';
import { until } from '../test/support/until.ts';
import type { Benchmark, Measured } from './benchmark.ts';
import { type LoadProcess, type MeasuredLoad, type Mix, openLoadProcess } from './load.ts';
import { reactionsTo } from './reactions.ts';
import { type Stage, setStage } from './stage.ts';

const service = 'shop-web';
const ratePerSecond = 250;
const fewestEvents = 100;
const fewestDeployments = 8;
const mostDeployments = 16;
/** New functions run slowly: what is not compiled yet is not what is measured. */
const warmUps = ['v2', 'berth', 'v2'] as const;

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
    { key: 'loadLagP99Ms', label: 'the load generator’s own lag, p99', unit: 'ms' },
    { key: 'deployments', label: 'deployments (and three before, to warm up, not counted)' },
    { key: 'deploymentMs', label: 'a deployment, mean', unit: 'ms' },
    { key: 'events', label: 'ECS events that Berth acted on', limit: { atLeast: fewestEvents } },
    { key: 'eventToCallP50Ms', label: 'event to ECS call, p50', unit: 'ms' },
    { key: 'eventToCallP99Ms', label: 'event to ECS call, p99', unit: 'ms', limit: { atMost: 150 } },
    { key: 'recoveryMs', label: 'SIGKILL to its replacement serving', unit: 'ms' },
  ],
  async run(log) {
    const stage = await setStage(log);
    const generator = openLoadProcess();
    try {
      return await measure(stage, generator, log);
    } finally {
      generator.close();
      await stage.close();
    }
  },
};

async function measure(stage: Stage, generator: LoadProcess, log: (line: string) => void): Promise<Measured> {
  const under = async <Result>(mix: Mix, work: () => Promise<Result>) => {
    await generator.start({ url: stage.shopUrl, ratePerSecond, mix });
    const result = await work();
    const load = await generator.stop();
    for (const failure of load.failures) log(`failed: ${JSON.stringify(failure)}`);
    return { result, load };
  };
  log('deploying v1');
  await stage.deploy('berth');
  log('warming up');
  const warmUp = await under('visits', async () => {
    for (const release of warmUps) await stage.deploy(release);
  });
  const during = await under('visits', () => rollOut(stage, log));

  log('killing a task');
  // What is in flight at a task that is killed may only be repeated when that is safe, so only look now.
  const { durationsMs, reactionsMs, current } = during.result;
  const after = await under('looks', () => recovery(stage, scripts[current]));
  return {
    ...traffic(during.load, [warmUp.load, during.load, after.load]),
    ...deployments(durationsMs),
    ...reaction(reactionsMs),
    recoveryMs: after.result,
  };
}

type Release = Extract<ShopRelease, 'berth' | 'v2'>;
/** What the processes of a release run. */
const scripts: Readonly<Record<Release, string>> = { berth: 'server.mjs', v2: 'v2.mjs' };

interface RollOut {
  readonly durationsMs: readonly number[];
  readonly reactionsMs: readonly number[];
  /** What serves at the end. */
  readonly current: Release;
}

/** Deploys one release after the other, until there are enough events to judge by. */
async function rollOut(stage: Stage, log: (line: string) => void): Promise<RollOut> {
  const durationsMs: number[] = [];
  const reactionsMs: number[] = [];
  let current: Release = 'v2';
  const enough = () => durationsMs.length >= fewestDeployments && reactionsMs.length >= fewestEvents;
  while (!enough() && durationsMs.length < mostDeployments) {
    current = current === 'v2' ? 'berth' : 'v2';
    const one = await deployment(stage, current);
    durationsMs.push(one.durationMs);
    reactionsMs.push(...one.reactionsMs);
    log(`${current}: ${Math.round(one.durationMs)} ms, ${reactionsMs.length} events so far`);
  }
  return { durationsMs, reactionsMs, current };
}

async function deployment(stage: Stage, release: Release) {
  // Asked of Local AWS, so that only its clock counts.
  const { nowMs } = await stage.activity(Date.now());
  const startedAt = performance.now();
  await stage.deploy(release);
  const durationMs = performance.now() - startedAt;
  const { entries } = await stage.activity(nowMs);
  return { durationMs, reactionsMs: reactionsTo(service, entries) };
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

/** Every request counts, also while warming up; latencies are those of the deployments that count. */
function traffic({ latencyMs, lagP99Ms }: MeasuredLoad, loads: readonly MeasuredLoad[]): Measured {
  const sum = (of: (load: MeasuredLoad) => number) => loads.reduce((total, load) => total + of(load), 0);
  const requests = sum((load) => load.requests);
  return {
    requests,
    requestsPerSecond: rounded(requests / sum((load) => load.seconds)),
    failedRequests: sum((load) => load.failed),
    latencyP50Ms: rounded(latencyMs.p50),
    latencyP99Ms: rounded(latencyMs.p99),
    loadLagP99Ms: rounded(lagP99Ms),
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

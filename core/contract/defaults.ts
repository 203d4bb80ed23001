/**
 * What holds where a manifest says nothing: CPU units, MiB, seconds, counts, percent (of the count, of the traffic),
 * and how many times as much.
 */
export const defaults = {
  cpu: 256,
  memory: 512,
  'health.interval': 10,
  /** Or a second less than the interval, if that is shorter. */
  'health.timeout': 5,
  'health.healthy': 2,
  'health.unhealthy': 2,
  'health.grace': 60,
  'deploy.strategy': 'rolling',
  'deploy.timeout': 900,
  'deploy.minimumHealthyPercent': 100,
  'deploy.maximumPercent': 200,
  'deploy.circuitBreaker': true,
  'deploy.steps': {
    canary: [
      { trafficPercent: 5, forSeconds: 300 },
      { trafficPercent: 25, forSeconds: 600 },
    ],
  },
  /** Of a linear deployment: 10 %, 20 %, …, 90 %, each for so long. */
  'deploy.step': 10,
  'deploy.every': 360,
  'deploy.bake': { rolling: 0, blue_green: 300, linear: 300, canary: 300 },
  /** Judged unless told otherwise; the other strategies never have both releases at work side by side for long. */
  'deploy.judge': { rolling: false, blue_green: false, linear: true, canary: true },
  'deploy.judge.errors.atMost': 1.5,
  /** Percent of the requests: fewer errors than that are enough to be called not worse, whatever the one before had. */
  'deploy.judge.errors.share': 1,
  'deploy.judge.traffic': true,
  /** Of a worker; behind the load balancer the health checks and the breaker see to it. */
  'deploy.judge.exits': { worker: true, balanced: false },
  'deploy.judge.namespace': 'Berth',
  'deploy.judge.metrics.statistic': 'Average',
  'deploy.judge.metrics.worse': 'higher',
  'deploy.judge.falseAlarms': 1,
  'deploy.judge.dryRun': false,
  'deploy.judge.promoteEarly': false,
  'deploy.judge.extend': 1800,
  'deploy.judge.undecided': 'pause',
  'deploy.judge.noData': 'pause',
  /** Fresh tasks of the old release, where something is judged task by task and four new tasks or more can be. */
  'deploy.judge.baseline': 8,
  'deploy.gates.approval.by': 'others',
  'deploy.gates.approval.at': 'start',
  'deploy.gates.windows.zone': 'UTC',
  'deploy.gates.webhooks.timeout': 3600,
  'jobs.timeout': 600,
} as const;

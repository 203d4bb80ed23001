/** What holds where a service of a manifest says nothing: CPU units, MiB, seconds, counts, percent of the count. */
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
} as const;

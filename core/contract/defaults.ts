/** What holds where a service of a manifest says nothing: the value, and how people write it. */
export const defaults = {
  cpu: { value: 256, written: '256', meaning: 'CPU units; 1,024 are one vCPU' },
  memory: { value: 512, written: '512', meaning: 'MiB' },
  'health.interval': { value: 10, written: '10s', meaning: 'between two checks' },
  'health.timeout': {
    value: 5,
    written: '5s',
    meaning: 'or a second less than the interval, if that is shorter',
  },
  'health.healthy': { value: 2, written: '2', meaning: 'good checks in a row until a task is healthy' },
  'health.unhealthy': { value: 2, written: '2', meaning: 'bad checks in a row until a task is replaced' },
  'health.grace': { value: 60, written: '60s', meaning: 'after the start, in which bad checks do not count' },
  'deploy.strategy': {
    value: 'rolling',
    written: 'rolling',
    meaning: 'new tasks replace old ones step by step',
  },
  'deploy.timeout': { value: 900, written: '15m', meaning: 'until a deployment that is not done goes back' },
  'deploy.minimumHealthyPercent': { value: 100, written: '100', meaning: 'of the count has to keep running' },
  'deploy.maximumPercent': { value: 200, written: '200', meaning: 'of the count may run meanwhile' },
  'deploy.circuitBreaker': {
    value: true,
    written: 'true',
    meaning: 'tasks that keep failing end a deployment',
  },
  listen: { value: undefined, written: 'the port', meaning: 'the port of the load balancer; false: none' },
  count: { value: undefined, written: 'as it is; 1 at first', meaning: 'how many tasks' },
} as const;

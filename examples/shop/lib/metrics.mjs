const METRICS = ['Requests', 'Errors', 'Latency'];
/** CloudWatch takes at most so many values of a metric in a line. */
const MAX_VALUES = 100;
/** What fails again for the same client within this time belongs to the same trouble. */
const EPISODE_MS = 10_000;
/** Clients remembered at a time. */
const MAX_CLIENTS = 10_000;

/**
 * Counts what this task does and prints it each second in CloudWatch's embedded metric format, zeros too, where
 * SHOP_METRICS is `emf` and ECS tells who the task is. `count({ ms, failed, client })` takes one request or message;
 * `stop()` prints what is left. Errors are episodes: what fails for the same named client within 10 s is one.
 */
export function startMetrics({ print = console.log, now = Date.now, env = process.env } = {}) {
  let current = emptySecond(now());
  let isOn = env.SHOP_METRICS === 'emf';
  let identity;
  let timer;
  const failing = new Map();
  const flush = () => {
    const { atMs, requests, errors, latencies } = current;
    current = emptySecond(now());
    if (identity)
      print(JSON.stringify(lineOf({ ...identity, atMs, requests, errors, latencies: spread(latencies) })));
  };
  if (isOn) {
    identify(env).then(
      (found) => {
        identity = found;
        timer = setInterval(flush, 1000).unref();
      },
      (error) => {
        isOn = false;
        console.error(`no metrics: ${error.message}`);
      },
    );
  }
  const isNew = (client) => {
    const last = client && failing.get(client);
    if (client) failing.delete(client);
    if (client) failing.set(client, now());
    if (failing.size > MAX_CLIENTS) failing.delete(failing.keys().next().value);
    return last === undefined || now() - last > EPISODE_MS;
  };
  return {
    count({ ms, failed = false, client }) {
      if (!isOn) return;
      current.requests += 1;
      current.latencies.push(Math.round(ms * 100) / 100);
      if (failed && isNew(client)) current.errors += 1;
    },
    stop() {
      clearInterval(timer);
      flush();
    },
  };
}

const emptySecond = (atMs) => ({ atMs, requests: 0, errors: 0, latencies: [] });

/** Who this task is: what tries a release beside the service (`shop-web--canary`) is part of the service. */
async function identify({ ECS_CONTAINER_METADATA_URI_V4: uri }) {
  if (!uri) throw new Error('there is no ECS_CONTAINER_METADATA_URI_V4');
  const { TaskARN, ServiceName } = await (await fetch(`${uri}/task`)).json();
  if (!ServiceName) throw new Error('the task belongs to no service');
  return { service: ServiceName.replace(/--(canary|baseline)$/, ''), task: TaskARN.split('/').at(-1) };
}

const lineOf = ({ service, task, atMs, requests, errors, latencies }) => ({
  _aws: {
    Timestamp: atMs,
    CloudWatchMetrics: [
      {
        Namespace: 'Berth',
        Dimensions: [['Service', 'Task']],
        Metrics: METRICS.filter((name) => name !== 'Latency' || latencies.length > 0).map((Name) => ({
          Name,
          Unit: Name === 'Latency' ? 'Milliseconds' : 'Count',
          StorageResolution: 1,
        })),
      },
    ],
  },
  Service: service,
  Task: task,
  Requests: requests,
  Errors: errors,
  ...(latencies.length > 0 && { Latency: latencies }),
});

/** Of many values those that stand for them: evenly spread over their order. */
function spread(values) {
  if (values.length <= MAX_VALUES) return values;
  const sorted = values.toSorted((a, b) => a - b);
  const step = (sorted.length - 1) / (MAX_VALUES - 1);
  return Array.from({ length: MAX_VALUES }, (_, index) => sorted[Math.round(index * step)]);
}

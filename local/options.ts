import { parseArgs } from 'node:util';
import type { Topology } from '../stacks/topology.ts';
import type { OwnFunction } from './lambda/functions.ts';
import { emptyTopology } from './wiring.ts';

/** How Local AWS is started. */
export interface LocalAwsOptions {
  /** Everything that it keeps lies in here. */
  readonly dataDirectory: string;
  /** 0 for any. */
  readonly port: number;
  readonly apiPort: number;
  /** The DNS server's, 0 for any; when not given the usual one, or any when that is taken. */
  readonly dnsPort?: number | undefined;
  readonly account: string;
  readonly region: string;
  /** `docker`, `process` or `scripted`; what is there, when not given. */
  readonly runtime: string | undefined;
  /** How long a new task without a health check must run to count as healthy. AWS waits 40 seconds. */
  readonly steadySeconds: number;
  /** Shortens the load balancer's health check intervals on this machine. */
  readonly healthCheckScale: number;
  /** What waits between the tries of an asynchronous invocation that fails. AWS waits one minute, then two. */
  readonly retryDelaysMs: readonly number[];
  /** What every function gets besides the topology's environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether tasks are stopped when the process is told to end. */
  readonly stopTasks: boolean;
  /** A virtual clock moves when `/_local/clock` says so. `real` by default. */
  readonly clock: 'real' | 'virtual';
  /** Whether calls of ECS are throttled by its real token buckets from the start. */
  readonly rateLimits: boolean;
  /** Functions of this process that ECS may call as lifecycle hooks, by name. */
  readonly functions?: Readonly<Record<string, OwnFunction>>;
  /** Another topology than Berth's: `emptyTopology` for an account that holds nothing. */
  readonly topology?: Topology;
  log?(line: string): void;
}

export const defaultOptions: LocalAwsOptions = {
  dataDirectory: '.berth',
  port: 4700,
  apiPort: 4701,
  account: '000000000000',
  region: 'us-east-1',
  runtime: undefined,
  steadySeconds: 2,
  healthCheckScale: 1,
  retryDelaysMs: [60_000, 120_000],
  environment: {},
  stopTasks: false,
  clock: 'real',
  rateLimits: false,
};

/** The flags of `node local/main.ts`; throws a TypeError that says what is wrong with them. */
export function parseOptions(argv: readonly string[], environment: NodeJS.ProcessEnv): LocalAwsOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      'api-port': { type: 'string' },
      'dns-port': { type: 'string' },
      account: { type: 'string' },
      region: { type: 'string' },
      runtime: { type: 'string' },
      'steady-seconds': { type: 'string' },
      'health-check-scale': { type: 'string' },
      'retry-delays-ms': { type: 'string' },
      env: { type: 'string', multiple: true },
      'stop-tasks': { type: 'boolean' },
      clock: { type: 'string' },
      'rate-limits': { type: 'boolean' },
      empty: { type: 'boolean' },
    },
  });
  const base = defaultOptions;
  return {
    dataDirectory: values.data ?? base.dataDirectory,
    port: number('--port', values.port, base.port, 65_535),
    apiPort: number('--api-port', values['api-port'], base.apiPort, 65_535),
    ...(values['dns-port'] === undefined
      ? {}
      : { dnsPort: number('--dns-port', values['dns-port'], 0, 65_535) }),
    account: matching('--account', values.account ?? base.account, /^\d{12}$/, '12 digits'),
    region: matching(
      '--region',
      values.region ?? base.region,
      /^[a-z]{2}(-[a-z]+)+-\d$/,
      'a region such as us-east-1',
    ),
    runtime: values.runtime ?? environment.BERTH_RUNTIME,
    steadySeconds: number('--steady-seconds', values['steady-seconds'], base.steadySeconds, 3600),
    healthCheckScale: number('--health-check-scale', values['health-check-scale'], base.healthCheckScale, 1),
    retryDelaysMs: delays(values['retry-delays-ms']) ?? base.retryDelaysMs,
    environment: Object.fromEntries((values.env ?? []).map(assignment)),
    stopTasks: values['stop-tasks'] ?? base.stopTasks,
    clock: clockMode(values.clock),
    rateLimits: values['rate-limits'] ?? false,
    ...(values.empty ? { topology: emptyTopology } : {}),
  };
}

function clockMode(text = 'real'): 'real' | 'virtual' {
  if (text === 'real' || text === 'virtual') return text;
  throw new TypeError(`--clock takes real or virtual, not "${text}"`);
}

function number(flag: string, text: string | undefined, fallback: number, most: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= most) return value;
  throw new TypeError(`${flag} takes a number from 0 to ${most}, not "${text}"`);
}

function matching(flag: string, text: string, form: RegExp, wanted: string): string {
  if (form.test(text)) return text;
  throw new TypeError(`${flag} takes ${wanted}, not "${text}"`);
}

function delays(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  return text.split(',').map((one) => number('--retry-delays-ms', one, 0, 86_400_000));
}

function assignment(text: string): [name: string, value: string] {
  const sign = text.indexOf('=');
  if (sign > 0) return [text.slice(0, sign), text.slice(sign + 1)];
  throw new TypeError(`--env takes NAME=value, not "${text}"`);
}

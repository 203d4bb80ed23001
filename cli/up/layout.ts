import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildSpec } from './child.ts';

/** What `berth up` was asked for. */
export interface UpOptions {
  /** The data directory, absolute. */
  readonly data: string;
  readonly port: number;
  readonly apiPort: number;
  readonly hostPort: number;
  readonly runtime?: 'process' | 'docker' | 'scripted';
  /** A virtual clock moves when it is told to. */
  readonly clock?: 'real' | 'virtual';
  /** How long a task without a health check must run to count as healthy. */
  readonly steadySeconds?: number;
  /** Shortens the intervals of health checks. */
  readonly healthCheckScale?: number;
}

/** Where Berth itself lies. */
export const home = fileURLToPath(new URL('../../', import.meta.url));

export const shop = join(home, 'examples', 'shop');

export const urls = (options: UpOptions) => ({
  endpoint: `http://127.0.0.1:${options.port}`,
  api: `http://127.0.0.1:${options.apiPort}`,
});

const logFile = (data: string, name: string): string => join(data, 'logs', `${name}.log`);
const script = (...path: string[]): string => resolve(home, ...path);

export const prepareScript = script('local', 'prepare.ts');
export const imageScript = script('examples', 'shop', 'image.ts');

export function localAws(options: UpOptions): ChildSpec {
  const { data, port, apiPort, runtime, clock, steadySeconds, healthCheckScale } = options;
  return {
    name: 'Local AWS',
    args: [
      script('local', 'main.ts'),
      ...['--data', data, '--port', String(port), '--api-port', String(apiPort)],
      '--stop-tasks',
      ...flag('--runtime', runtime),
      ...flag('--clock', clock),
      ...flag('--steady-seconds', steadySeconds),
      ...flag('--health-check-scale', healthCheckScale),
    ],
    logFile: logFile(data, 'local-aws'),
  };
}

const flag = (name: string, value: string | number | undefined): string[] =>
  value === undefined ? [] : [name, String(value)];

/** `functions` holds their bundles. */
export function lambdaHost(options: UpOptions, functions: string): ChildSpec {
  return {
    name: 'Lambda host',
    args: [
      script('local', 'host.ts'),
      ...['--endpoint', urls(options).endpoint, '--port', String(options.hostPort)],
      ...['--functions', functions],
      ...['--logs', join(options.data, 'logs', 'functions')],
    ],
    logFile: logFile(options.data, 'lambda-host'),
  };
}

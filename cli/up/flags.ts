import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { decimal, whole } from '../options.ts';
import type { UpOptions } from './layout.ts';

/** The options of `berth up` as they are given. */
export interface UpFlags {
  readonly example?: true;
  readonly data: string;
  readonly port: number;
  readonly apiPort?: number;
  readonly hostPort?: number;
  readonly runtime?: 'process' | 'docker' | 'scripted';
  readonly clock?: 'real' | 'virtual';
  readonly steadySeconds?: number;
  readonly healthCheckScale?: number;
}

const port = whole(1, 65_533);

export function upOptions(command: Command): Command {
  return command
    .option('--example', 'deploy the bundled example if no service is there')
    .option('--data <directory>', 'where everything is kept', '.berth')
    .addOption(new Option('--port <port>', "the port of Local AWS's endpoint").argParser(port).default(4700))
    .addOption(new Option('--api-port <port>', 'the port of the API (default: the next one)').argParser(port))
    .addOption(
      new Option('--host-port <port>', 'the port of the Lambda host (default: the one after)').argParser(
        port,
      ),
    )
    .addOption(
      new Option('--runtime <runtime>', 'what runs the tasks (default: docker where an engine answers)')
        .choices(['process', 'docker', 'scripted'])
        .env('BERTH_RUNTIME'),
    )
    .addOption(
      new Option('--clock <clock>', 'virtual: time moves when /_local/clock is told').choices([
        'real',
        'virtual',
      ]),
    )
    .addOption(
      new Option('--steady-seconds <n>', 'how long a task without a health check must run').argParser(
        decimal(3_600),
      ),
    )
    .addOption(
      new Option('--health-check-scale <n>', 'shortens health check intervals, such as 0.2').argParser(
        decimal(1),
      ),
    );
}

/** Every option with its default. */
export function optionsOf(flags: UpFlags): UpOptions {
  return {
    data: resolve(flags.data),
    port: flags.port,
    apiPort: flags.apiPort ?? flags.port + 1,
    hostPort: flags.hostPort ?? flags.port + 2,
    ...(flags.runtime && { runtime: flags.runtime }),
    ...(flags.clock && { clock: flags.clock }),
    ...(flags.steadySeconds !== undefined && { steadySeconds: flags.steadySeconds }),
    ...(flags.healthCheckScale !== undefined && { healthCheckScale: flags.healthCheckScale }),
  };
}

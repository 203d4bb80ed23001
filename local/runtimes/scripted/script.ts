import { z } from 'zod';

/** How a container behaves; what is left out happens at once, or never. */
export interface Script {
  readonly startDelayMs?: number;
  /** It does not start; the message is the stopped-task reason. */
  readonly startError?: string;
  readonly exitAfterMs?: number;
  readonly exitCode?: number;
  readonly exitReason?: string;
  /** How long it takes to end after SIGTERM; `never` when it ignores that. */
  readonly stopMs?: number | 'never';
  /** Before this `exec` answers 1, afterwards 0. */
  readonly healthyAfterMs?: number;
  /** From this on `exec` answers 1 again. */
  readonly unhealthyAfterMs?: number;
  /** The same for the checks of a load balancer; as the container's own, where they are not given. */
  readonly targetHealthyAfterMs?: number;
  readonly targetUnhealthyAfterMs?: number;
  /** Of one core: 200 is two cores. */
  readonly cpuPercent?: number;
  readonly memoryMiB?: number;
}

/** 0 seconds up to a month: longer tests belong to another century. */
const seconds = z.number().min(0).max(2_678_400);

/** A script as people write it: in the docker label `berth.script` and in `POST /_local/scripts`. */
export const scriptInput = z.strictObject({
  startDelaySeconds: seconds.optional(),
  startError: z.string().min(1).max(1000).optional(),
  exitAfterSeconds: seconds.optional(),
  exitCode: z.number().int().min(0).max(255).optional(),
  exitReason: z.string().min(1).max(255).optional(),
  stopSeconds: seconds.optional(),
  ignoresSigterm: z.boolean().optional(),
  healthyAfterSeconds: seconds.optional(),
  unhealthyAfterSeconds: seconds.optional(),
  targetHealthyAfterSeconds: seconds.optional(),
  targetUnhealthyAfterSeconds: seconds.optional(),
  cpuPercent: z.number().min(0).max(100_000).optional(),
  memoryMiB: z.number().min(0).max(1_048_576).optional(),
});

export type ScriptInput = z.output<typeof scriptInput>;

/** Only the members that were given, so that one script can be laid over another. */
export function scriptOf(input: ScriptInput): Script {
  const all = {
    startDelayMs: milliseconds(input.startDelaySeconds),
    startError: input.startError,
    exitAfterMs: milliseconds(input.exitAfterSeconds),
    exitCode: input.exitCode,
    exitReason: input.exitReason,
    stopMs: input.ignoresSigterm === true ? 'never' : milliseconds(input.stopSeconds),
    healthyAfterMs: milliseconds(input.healthyAfterSeconds),
    unhealthyAfterMs: milliseconds(input.unhealthyAfterSeconds),
    targetHealthyAfterMs: milliseconds(input.targetHealthyAfterSeconds),
    targetUnhealthyAfterMs: milliseconds(input.targetUnhealthyAfterSeconds),
    cpuPercent: input.cpuPercent,
    memoryMiB: input.memoryMiB,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Script;
}

const milliseconds = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(value * 1000);

/** Whether a container's own health check passes at this age. */
export function isHealthy(script: Script, ageMs: number): boolean {
  const { healthyAfterMs = 0, unhealthyAfterMs = Number.POSITIVE_INFINITY } = script;
  return ageMs >= healthyAfterMs && ageMs < unhealthyAfterMs;
}

/** Whether a load balancer's check passes at this age. */
export function isHealthyTarget(script: Script, ageMs: number): boolean {
  const healthyAfterMs = script.targetHealthyAfterMs ?? script.healthyAfterMs ?? 0;
  const unhealthyAfterMs =
    script.targetUnhealthyAfterMs ?? script.unhealthyAfterMs ?? Number.POSITIVE_INFINITY;
  return ageMs >= healthyAfterMs && ageMs < unhealthyAfterMs;
}

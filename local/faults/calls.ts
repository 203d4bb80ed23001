import type { Clock } from '../support/clock.ts';
import { AnswerLost, AwsError } from '../support/service.ts';
import type { FaultBook } from './book.ts';
import type { ActiveFault, FaultOf } from './model.ts';

/** A call on its way to a service. */
export interface FaultedCall {
  readonly service: string;
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface CallFaultsDependencies {
  readonly book: FaultBook;
  /** Whoever waits for an answer waits by the time of the machine. */
  readonly machineClock: Clock;
  /** Makes durable what was changed: an answer is lost after the effect. */
  flush(): void;
}

/** Lets faults strike calls: `perform` does what was asked, and is not called by those that come before it. */
export function createCallFaults({ book, machineClock, flush }: CallFaultsDependencies) {
  return (call: FaultedCall, perform: () => unknown, told: (kinds: readonly string[]) => void): unknown => {
    if (call.service === 'ecs' && book.isRateLimited(call.action, call.input)) {
      told(['rate-limited']);
      throw throttled('ThrottlingException');
    }
    const struck = book.call({ ...call, cluster: clusterOf(call.input) });
    if (struck.length === 0) return perform();
    told(struck.map(({ fault }) => fault.kind));
    return suffer(struck);

    async function suffer(faults: readonly ActiveFault[]): Promise<unknown> {
      for (const { fault } of faults) if (fault.kind === 'slow') await pause(machineClock, fault.delayMs);
      for (const { fault } of faults) refuse(fault);
      const output = await perform();
      flush();
      for (const { fault } of faults) {
        if (fault.kind === 'server-error') throw serverError(fault);
        if (fault.kind === 'answer-lost') throw new AnswerLost();
      }
      return output;
    }
  };
}

/** Throws where the fault strikes before the effect. */
function refuse(fault: ActiveFault['fault']): void {
  if (fault.kind === 'throttled') throw throttled(fault.as ?? 'ThrottlingException');
  if (fault.kind === 'server-error' && fault.when === 'before') throw serverError(fault);
}

const disguises = {
  ThrottlingException: 'Rate exceeded',
  InvalidParameterException: 'Error retrieving subnet information: Rate exceeded (ErrorCode: Throttling)',
  ClientException: 'Too many concurrent attempts to create a new revision of the specified family.',
} as const;

function throttled(as: keyof typeof disguises): AwsError {
  return new AwsError(as, disguises[as]);
}

function serverError({ status = 500 }: FaultOf<'server-error'>): AwsError {
  return status === 503
    ? new AwsError('ServiceUnavailableException', 'Service is temporarily unavailable.', 503)
    : new AwsError('ServerException', 'Service Unavailable. Please try again later.', 500);
}

/** ECS's default cluster has a name. */
function clusterOf(input: Readonly<Record<string, unknown>>): string {
  return typeof input.cluster === 'string' ? input.cluster : 'default';
}

const pause = (clock: Clock, delayMs: number) =>
  new Promise<void>((resolve) => void clock.after(delayMs, resolve));

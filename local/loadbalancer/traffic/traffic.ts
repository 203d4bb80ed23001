import { realClock } from '../../support/clock.ts';
import type { Outcome } from '../health.ts';
import type { Answer, FromTraffic, Question, Routes, ToTraffic, TrafficSettings } from '../messages.ts';
import { type Door, openDoor } from './doors.ts';
import { createForwarder } from './forward.ts';
import { probe } from './probe.ts';
import { createReporter } from './reporter.ts';
import { Rotation } from './rotation.ts';
import { traceId } from './trace.ts';

/** All that carries requests from listeners to targets; it decides nothing but which target is next. */
export interface Traffic {
  take(message: ToTraffic): void;
}

const replacedDoorGraceMs = 30_000;

export function createTraffic(settings: TrafficSettings, send: (message: FromTraffic) => void): Traffic {
  const clock = realClock;
  let listeners: ReadonlyMap<string, Routes['listeners'][number]> = new Map();
  let algorithms: Routes['algorithms'] = new Map();
  const reporter = createReporter(clock, send);
  const rotation = new Rotation({ confirm: send, busy: reporter.busy });
  const algorithmOf = (arn: string) => algorithms.get(arn) ?? 'round_robin';
  const forwarder = createForwarder({ rotation, reporter, algorithmOf });
  const doors = new Map<string, Door>();

  const open = async (arn: string, port: number) => {
    const before = doors.get(arn);
    if (before?.port === port) return;
    const listener = () => listeners.get(arn);
    const door = { ...settings, forwarder, listener, traceId: () => traceId(clock.now()) };
    doors.set(arn, await openDoor(port, door));
    void before?.close(replacedDoorGraceMs);
  };
  const answerTo = async (question: Question): Promise<Outcome | undefined> => {
    switch (question.type) {
      case 'open':
        await open(question.listenerArn, question.port);
        return undefined;
      case 'close': {
        const door = doors.get(question.listenerArn);
        doors.delete(question.listenerArn);
        await door?.close(question.graceMs);
        return undefined;
      }
      case 'probe':
        return probe(question.target, question.check, question.timeoutMs, clock);
    }
  };
  return {
    take(message) {
      switch (message.type) {
        case 'target':
          return rotation.apply(message);
        case 'routes':
          listeners = new Map(message.listeners.map((listener) => [listener.arn, listener]));
          algorithms = message.algorithms;
          return;
        case 'ask': {
          const { id } = message;
          const answered = (outcome: Outcome | undefined) => send({ type: 'answer', id, outcome });
          answerTo(message.question).then(answered, (error: unknown) => send(failed(id, error)));
        }
      }
    },
  };
}

/** An error crosses to the other thread as what matters of it: the system's code survives. */
function failed(id: number, error: unknown): Answer {
  const code = error instanceof Error && 'code' in error ? `${error.code}` : undefined;
  const message = error instanceof Error ? error.message : `${error}`;
  return { type: 'answer', id, failure: { message, code } };
}

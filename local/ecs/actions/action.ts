import type { EcsContext } from '../context.ts';
import type { InstanceBook } from '../instances/book.ts';
import type { ServiceScheduler } from '../scheduler/scheduler.ts';
import type { TaskSetScheduler } from '../scheduler/task-sets.ts';
import { parseInput } from '../shapes.ts';
import type { TaskBook } from '../tasks/book.ts';
import type { TaskDriver } from '../tasks/driver.ts';
import type { Wire } from '../wire.ts';

/** What actions work with. */
export interface ActionContext extends EcsContext {
  readonly book: TaskBook;
  readonly driver: TaskDriver;
  readonly scheduler: ServiceScheduler;
  readonly taskSets: TaskSetScheduler;
  readonly instances: InstanceBook;
}

/** An action with its input unread; throws an `AwsError`. */
export type Action = (input: Record<string, unknown>) => unknown;

export type Actions = Readonly<Record<string, Action>>;

/** Binds an action to the SDK's shapes: its input is parsed by the schema, its output typed as it travels. */
export function action<Input, Output>(name: string, perform: (input: Wire<Input>) => Wire<Output>): Action {
  return (input) => perform(parseInput<Wire<Input>>(name, input));
}

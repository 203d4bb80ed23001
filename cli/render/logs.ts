import type { LogEventView } from '../../core/contract/views.ts';
import type { Paint } from '../io.ts';
import { safeLine } from './safe.ts';
import { shortTaskId } from './tasks.ts';

/** A line that a task wrote: when, which task, what. */
export function renderLogEvent(event: LogEventView, paint: Paint): string {
  const time = event.at.slice(11, 23);
  return `${paint.dim(time)} ${paint.cyan(shortTaskId(event.task))} ${safeLine(event.message.trimEnd())}`;
}

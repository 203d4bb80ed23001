import type { Failure, Fault } from '../failure.ts';
import type { Paint } from '../io.ts';
import { safeLine } from './safe.ts';

/** A failure for people: what happened, every fault with its place, and what to do. */
export function renderFailure(failure: Failure, paint: Paint): string {
  const advice = failure.advice ? [`  ${safeLine(failure.advice)}`] : [];
  return [
    `${paint.red('✖')} ${safeLine(failure.message)}`,
    ...failure.faults.map((fault) => `  ${faultLine(fault, paint)}`),
    ...advice,
  ].join('\n');
}

function faultLine({ line, column, path, detail }: Fault, paint: Paint): string {
  const place = line === undefined ? '' : paint.dim(`${line}:${column ?? 1}  `);
  const where = path === '' ? '' : `${paint.bold(safeLine(dotted(path)))} `;
  return `${place}${where}${safeLine(detail)}`;
}

/** A JSON pointer as people write paths: `/services/web/image` as `services.web.image`. */
function dotted(pointer: string): string {
  return pointer
    .replace(/^\//, '')
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
}

import { z } from 'zod';
import type { Clock } from '../support/clock.ts';
import { jsonBody, localRoute } from '../support/local-route.ts';
import type { Route } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import type { ClockControl, ClockState } from './control.ts';

/** Ten years: what is longer is a mistake in units. */
const longestSeconds = 315_360_000;
const seconds = z.number().min(0).max(longestSeconds);

const movement = z.union([
  z.strictObject({ advanceSeconds: seconds }),
  z.strictObject({ to: z.iso.datetime({ offset: true }) }),
  z.strictObject({ autoAdvance: z.union([z.literal(false), z.strictObject({ forSeconds: seconds })]) }),
]);

/**
 * `/_local/clock`.
 *
 * - `GET` answers a `ClockState`.
 * - `POST {"advanceSeconds": 60}` or `{"to": "2027-01-01T00:00:00Z"}` moves a virtual clock, and answers when what
 *   fell due has been done. `POST {"autoAdvance": {"forSeconds": 3600}}` lets it jump from timer to timer by itself
 *   whenever nothing goes on; `{"autoAdvance": false}` ends that.
 */
export function clockRoute(clock: Clock, control: ClockControl | undefined): Route {
  const state = () => control?.state() ?? realState(clock);
  return localRoute('/_local/clock', {
    GET: state,
    async POST({ body }) {
      if (!control)
        throw new AwsError('ConflictException', 'The clock is real: start with --clock virtual.', 409);
      const wanted = parseMovement(jsonBody(body));
      if ('advanceSeconds' in wanted) await control.advance(wanted.advanceSeconds * 1000);
      else if ('to' in wanted) await moveTo(control, Date.parse(wanted.to));
      else control.autoAdvance(wanted.autoAdvance === false ? 0 : wanted.autoAdvance.forSeconds * 1000);
      return state();
    },
  });
}

function parseMovement(input: unknown): z.output<typeof movement> {
  const parsed = movement.safeParse(input);
  if (parsed.success) return parsed.data;
  const forms =
    '{"advanceSeconds": 60}, {"to": "2027-01-01T00:00:00Z"} or {"autoAdvance": {"forSeconds": 3600}}';
  throw new AwsError('ValidationException', `The clock takes ${forms}.`);
}

async function moveTo(control: ClockControl, atMs: number): Promise<void> {
  const { nowMs, now } = control.state();
  if (atMs < nowMs)
    throw new AwsError('ValidationException', `The clock stands at ${now} and does not go back.`);
  if (atMs - nowMs > longestSeconds * 1000)
    throw new AwsError('ValidationException', `The clock moves by ${longestSeconds} seconds at most.`);
  await control.advanceTo(atMs);
}

function realState(clock: Clock): ClockState {
  const nowMs = clock.now();
  return { mode: 'real', nowMs, now: new Date(nowMs).toISOString() };
}

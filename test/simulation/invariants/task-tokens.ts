import type { Observation } from '../observation.ts';
import type { SimulatedEcs } from '../world/ecs.ts';

type Ran = Extract<Observation, { type: 'ran' }>;

interface Known {
  readonly parameters: string;
  readonly arns: readonly string[];
  readonly at: number;
}

const dayMs = 24 * 3600_000;

/** What RunTask was asked by which token, and what it answered: a token lives a day, or as long as its tasks are known. */
export class TaskTokens {
  readonly #ecs: SimulatedEcs;
  readonly #known = new Map<string, Known>();

  constructor(ecs: SimulatedEcs) {
    this.#ecs = ecs;
  }

  /** What is wrong with an answer; undefined where nothing is. */
  problemWith(ran: Ran): string | undefined {
    const { token, parameters, now } = ran;
    const known = this.#alive(token, now);
    if ('refusal' in ran) return known && this.#refused(ran, known);
    const running = this.#startedBy(token, known?.at ?? now);
    if (!known) {
      this.#known.set(token, { parameters, arns: ran.arns, at: now });
      return running.length === ran.arns.length ? undefined : `${token} started ${running.length} tasks`;
    }
    if (known.parameters !== parameters) return `${token} was taken for another request`;
    if (String(known.arns) !== String(ran.arns)) return `${token} gave ${known.arns}, and now ${ran.arns}`;
    const strange = running.find((arn) => !known.arns.includes(arn));
    return strange && `${token} has started ${strange} besides`;
  }

  #refused({ token, parameters, ...ran }: Ran & { readonly refusal: string }, known: Known) {
    const { refusal, resourceIds } = ran as { refusal: string; resourceIds: unknown };
    if (refusal !== 'ConflictException') return `${token} was refused with ${refusal}`;
    if (known.parameters === parameters) return `${token} was refused though it asked for the same again`;
    const there = known.arns.filter((arn) => this.#ecs.task(arn));
    return String(resourceIds) === String(there) ? undefined : `${token} was refused with ${resourceIds}`;
  }

  #alive(token: string, now: number): Known | undefined {
    const known = this.#known.get(token);
    if (!known || now - known.at >= dayMs || !known.arns.some((arn) => this.#ecs.task(arn))) return undefined;
    return known;
  }

  #startedBy(token: string, since: number): string[] {
    return this.#ecs
      .tasks()
      .filter(({ startedBy, createdAt }) => startedBy === token && createdAt >= since)
      .map(({ arn }) => arn);
  }
}

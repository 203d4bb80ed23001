import { AwsError } from '../../../local/support/service.ts';
import type { Observation } from '../observation.ts';
import type { Random } from '../random.ts';
import type { RunShape } from '../story.ts';
import type { Weather } from '../weather.ts';
import type { WorldClock } from './clock.ts';
import { imageOfRun } from './containers.ts';
import { cluster, type SimulatedEcs } from './ecs.ts';

interface Surroundings {
  readonly clock: WorldClock;
  readonly weather: Weather;
  readonly random: Random;
  readonly ecs: SimulatedEcs;
  see(observation: Observation): void;
  note(line: string): void;
}

type Json = Readonly<Record<string, unknown>>;

const maxAttempts = 8;

/** Somebody who runs tasks by a token, as whoever runs jobs has to: until an answer comes, with the same token. */
export class Runner {
  readonly #around: Surroundings;
  readonly #definitions = new Map<string, string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  run(token: string, run: RunShape, attempt = 1): void {
    const { clock, random, note } = this.#around;
    note(`runner: ${run.count} tasks that ${run.behaviour} by ${token}, attempt ${attempt}`);
    if (this.#isAnswered(token, run) || attempt >= maxAttempts) return;
    clock.after(random.between(500, 8_000), () => this.run(token, run, attempt + 1));
  }

  /** Whether an answer came; what ECS answered with failures in it may have started all of them, or none. */
  #isAnswered(token: string, run: RunShape): boolean {
    const { weather, random } = this.#around;
    if (weather.strikes('throttled: ThrottlingException')) return false;
    if (weather.strikes('ECS is unavailable') || weather.strikes('ECS refuses writes')) return false;
    const hasFailures = weather.strikes('RunTask answers with failures');
    if (hasFailures && random.chance(0.5)) return false;
    this.#ask(token, run);
    return !hasFailures && !weather.strikes('the answer of a call is lost');
  }

  #ask(token: string, run: RunShape): void {
    const { clock, ecs, see, note } = this.#around;
    const input = {
      cluster,
      taskDefinition: this.#definitionOf(run.behaviour),
      count: run.count,
      clientToken: token,
      startedBy: token,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'] } },
    };
    const { clientToken: _, ...parameters } = input;
    const asked = { type: 'ran', now: clock.now(), token, parameters: JSON.stringify(parameters) } as const;
    try {
      const tasks = ecs.call('RunTask', input).tasks as Json[];
      see({ ...asked, arns: tasks.map(({ taskArn }) => String(taskArn)) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      note(`runner: ${error.code} ${error.message}`);
      see({ ...asked, refusal: error.code, resourceIds: error.fields.resourceIds });
    }
  }

  #definitionOf(behaviour: RunShape['behaviour']): string {
    const known = this.#definitions.get(behaviour);
    if (known !== undefined) return known;
    const container = (name: string) => ({ name, image: imageOfRun(behaviour), essential: true });
    const family = `run-${behaviour.replaceAll(' ', '-')}`;
    this.#around.ecs.call('RegisterTaskDefinition', {
      family,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        container('main'),
        ...(behaviour === 'side-car ends first' ? [container('side-car')] : []),
      ],
    });
    this.#definitions.set(behaviour, family);
    return family;
  }
}

import type { Mutant } from './mutants.ts';
import type { Observation } from './observation.ts';
import { createRandom } from './random.ts';
import { drawStory, type Step, type Story } from './story.ts';
import { Tally } from './tally.ts';
import { createWatching, type Violation, type Watching } from './watching.ts';
import { cluster } from './world/ecs.ts';
import { type Asked, ask, ecsNameOf, isRefusal } from './world/people.ts';
import { createWorld, type World } from './world/world.ts';

export interface Run {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly trace: readonly string[];
  readonly tally: Tally;
}

/** People act, and faults happen, for so long; then everything has to come to its end. */
const chaosMs = 4 * 60_000;
/** Beyond this nothing is waited for. */
const horizonMs = 45 * 60_000;
/** After this much more the sweep has been round. */
const afterMs = 130_000;
const maxAttempts = 60;

/** One run, which the seed decides altogether. Ends at the first breach. */
export async function simulate(seed: number, mutant?: Mutant): Promise<Run> {
  const tally = new Tally();
  const watching = createWatching();
  const see = (observation: Observation) => {
    tally.see(observation);
    watching.see(observation);
  };
  const world = await createWorld({
    seed,
    chaosMs,
    watcher: { see, taskChanged: watching.taskChanged },
    mutant,
  });
  watching.begin(world);
  const story = drawStory(createRandom(seed), chaosMs);
  begin(story, world, watching, tally);
  await untilQuiet(world, watching);
  if (watching.violations.length === 0) see({ type: 'over', now: world.clock.now() });
  await world.ecs.stop();
  tally.faults(world.weather.counts);
  return { seed, violations: watching.violations, trace: world.trace, tally };
}

async function untilQuiet(world: World, watching: Watching): Promise<void> {
  const isBroken = () => watching.violations.length > 0;
  const start = world.clock.now();
  const passed = () => world.clock.now() - start;
  const isQuiet = () => [...watching.items.values()].every((item) => item.wakeAt === undefined);
  while (!isBroken() && (passed() < chaosMs || (!isQuiet() && passed() < horizonMs)))
    await world.clock.advance(5_000);
  for (let after = 0; !isBroken() && after < afterMs; after += 5_000) await world.clock.advance(5_000);
}

function begin(story: Story, world: World, watching: Watching, tally: Tally): void {
  const newest = new Map<string, string>();
  story.steps.forEach((step, place) => {
    world.clock.after(step.at, () => {
      tally.step(step.do);
      world.note(`people: ${wordsOf(step)}`);
      if (step.do === 'change-outside') changeOutside(world, step);
      else if (step.do === 'kill-a-task') world.ecs.killOne(world.random);
      else request(step, `request-${place}`, 1);
    });
  });

  function request(step: Asked, key: string, attempt: number): void {
    const traits = story.services.find(({ name }) => name === step.service);
    if (!traits || attempt > maxAttempts) return;
    let isAnswered = false;
    const running = world.asApi(async (deps) => {
      try {
        const id = await ask(deps, step, traits, { key, newest: newest.get(step.service) });
        if (id !== undefined) newest.set(step.service, id);
        if (id !== undefined) watching.acknowledged(id);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        world.note(`refused: ${(error as Error).message}`);
      }
      isAnswered = true;
    });
    void (running ?? Promise.resolve()).then(() => {
      if (!isAnswered) world.clock.after(3_000, () => request(step, key, attempt + 1));
    });
  }
}

function changeOutside(world: World, step: Extract<Step, { do: 'change-outside' }>): void {
  const service = ecsNameOf(step.service);
  const changes = {
    count: () => ({ desiredCount: world.random.between(1, 3) }),
    force: () => ({ forceNewDeployment: true }),
    release: () => ({ taskDefinition: `berth-local-${service}:1` }),
  };
  if (world.ecs.service(service))
    world.writeOutside('UpdateService', { cluster, service, ...changes[step.change]() });
}

const wordsOf = ({ at: _, ...step }: Step) => Object.values(step).join(' ');

/** A failure as people read it: the seed, what was broken, and what led to it. */
export function failureText({ seed, violations, trace }: Run, lines = 60): string {
  const [first] = violations;
  if (!first) return '';
  return [
    ...trace.slice(-lines),
    `seed ${seed} breaks ${first.invariant}: ${first.text}`,
    `to see all of it: npm run simulate -- --from ${seed} --seeds 1 --trace`,
  ].join('\n');
}

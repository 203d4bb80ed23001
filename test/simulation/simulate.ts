import type { CourseTraits } from './courses.ts';
import { ghosts } from './invariants/i11-confluence.ts';
import type { Mutant } from './mutants/mutant.ts';
import type { Observation } from './observation.ts';
import { createRandom } from './random.ts';
import { drawStory, type Step, type Story } from './story.ts';
import { Tally } from './tally.ts';
import { createWatching, type Violation, type Watching } from './watching.ts';
import { type Asked, ask, ecsNameOf, isControl, isRefusal } from './world/people.ts';
import { tidyUp } from './world/tidying.ts';
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
const tidyEveryMs = 20_000;
const maxAttempts = 60;

/** One run, which the seed decides altogether. Ends at the first breach. */
export async function simulate(seed: number, mutant?: Mutant): Promise<Run> {
  const tally = new Tally();
  const watching = createWatching();
  const see = (observation: Observation) => {
    tally.see(observation);
    watching.see(observation);
  };
  const story = drawStory(createRandom(seed), chaosMs);
  const world = await createWorld({ seed, story, lengthMs: chaosMs, mutant, see });
  watching.begin(world, story);
  const people = begin(story, world, watching, tally);
  await untilQuiet(world, watching, people);
  if (watching.violations.length === 0) see({ type: 'over', now: world.clock.now() });
  await world.ecs.stop();
  for (const [name, count] of world.weather.counts) tally.add(`fault: ${name}`, count);
  if (story.night) tally.add(`night: ${story.night.name}`);
  const forgotten = ghosts({ records: watching.records, ecs: world.ecs }).length;
  if (forgotten > 0) tally.add('ghost: a task that ECS has forgotten', forgotten);
  await new Promise((resolve) => setImmediate(resolve));
  return { seed, violations: watching.violations, trace: world.trace, tally };
}

async function untilQuiet(world: World, watching: Watching, people: People): Promise<void> {
  const { clock, period } = world;
  const isBroken = () => watching.violations.length > 0;
  const chaosEnds = period.momentOf(period.lengthMs);
  const isQuiet = () =>
    people.waiting === 0 && [...watching.items.values()].every((item) => item.wakeAt === undefined);
  while (!isBroken() && clock.now() < chaosEnds) await clock.advance(5_000);
  while (!isBroken() && !isQuiet() && clock.now() < chaosEnds + horizonMs) {
    if ((clock.now() - chaosEnds) % tidyEveryMs === 0) tidyUp(world, watching.items);
    await clock.advance(5_000);
  }
  for (let after = 0; !isBroken() && after < afterMs; after += 5_000) await clock.advance(5_000);
}

/** How many requests have no answer yet. */
interface People {
  waiting: number;
}

function begin(story: Story, world: World, watching: Watching, tally: Tally): People {
  const newest = new Map<string, string>();
  const people = { waiting: 0 };
  const together = 'deployed as one';
  story.steps.forEach((step, place) => {
    world.clock.after(world.period.momentOf(step.at) - world.clock.now(), () => {
      world.note(`people: ${wordsOf(step)}`);
      tallyStep(tally, step);
      if (step.do === 'change-outside') world.outside.change(ecsNameOf(step.service), step.change);
      else if (step.do === 'kill-a-task') world.ecs.kill(world.random, 137);
      else if (step.do === 'run-tasks') world.runner.run(step.token, step.run);
      else request(step, `request-${place}`, 1);
    });
  });

  return people;

  function request(step: Asked, key: string, attempt: number): void {
    const traits = story.services.find(({ name }) => name === step.service);
    if (!traits) return;
    let isAnswered = false;
    if (attempt === 1) people.waiting++;
    const running = world.asApi(async (deps) => {
      try {
        const known = newest.get(step.service);
        const context = { key, newest: known, together: newest.get(together), services: story.services };
        const id = await ask(deps, step, traits, context);
        if (isControl(step.do) && known !== undefined && 'who' in step)
          watching.see({
            ...{ type: 'said', now: world.clock.now() },
            ...{ what: step.do, who: step.who, deployment: known },
          });
        if (id !== undefined) newest.set(step.do === 'deploy-together' ? together : step.service, id);
        if (id !== undefined) watching.acknowledged(id);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        world.note(`refused: ${(error as Error).message}`);
      }
      isAnswered = true;
    });
    void (running ?? Promise.resolve()).then(() => {
      if (isAnswered || attempt >= maxAttempts) people.waiting--;
      else world.clock.after(3_000, () => request(step, key, attempt + 1));
    });
  }
}

function tallyStep(tally: Tally, step: Step): void {
  tally.add(`people: ${step.do}`);
  if (step.do === 'change-outside') tally.add(`changed outside: ${step.change}`);
  if (step.do === 'deploy') tally.add(`release: ${step.behaviour}`);
  if (step.do === 'deploy') tallyCourse(tally, step.course);
  if (step.do === 'run-tasks') tally.add(`tasks run: ${step.run.behaviour}`);
}

function tallyCourse(
  tally: Tally,
  { strategy, judge, webhook, before, after, approval }: CourseTraits,
): void {
  tally.add(`asked: ${strategy}`);
  if (judge) tally.add(judge.dryRun ? 'asked: a dry run' : 'asked: a judge');
  if (webhook) tally.add(`webhook: ${webhook}`);
  if (approval) tally.add(`approval: ${approval.at}`);
  for (const job of [before, after]) if (job) tally.add(`job: ${job}`);
}

const wordsOf = ({ at: _, ...step }: Step) =>
  Object.values(step)
    .map((word) => (typeof word === 'object' ? JSON.stringify(word) : word))
    .join(' ');

/** A failure as people read it: the seed, what was broken, and what led to it. */
export function failureText({ seed, violations, trace }: Run, lines = 60): string {
  const [first] = violations;
  if (!first) return '';
  return [
    ...(lines > 0 ? trace.slice(-lines) : []),
    `seed ${seed} breaks ${first.invariant}: ${first.text}`,
    `to see all of it: npm run simulate -- --from ${seed} --seeds 1 --trace`,
  ].join('\n');
}

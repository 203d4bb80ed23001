import { agreement } from './agreement.ts';
import { eventsAt, type Lives, stages, taskEvents } from './events.ts';
import { type Rig, services, type Who, who } from './rig.ts';
import { type Looks, type Round, runLooks, runRound } from './round.ts';

export const sizes = [1, 10, 100] as const;
export type Size = (typeof sizes)[number];

/** How many tasks live through their stages in a round, and how many rounds there are. */
const plan: Readonly<Record<Size, { readonly tasks: number; readonly rounds: number }>> = {
  1: { tasks: 20, rounds: 3 },
  10: { tasks: 40, rounds: 3 },
  100: { tasks: 100, rounds: 1 },
};
const warmUpTasks = 10;
const tasksOfAService = 10;
const olderStage = 2;
/** After batches of this size the looks are made that were asked for. */
const lookedAfter = 10;

type By = Readonly<Record<Who, readonly Round[]>>;

export interface Intake {
  readonly ordinary: Readonly<Record<Size, By>>;
  /** The last event of each task again. */
  readonly duplicates: By;
  /** An older event of each task. */
  readonly stale: By;
  /** Ordinary events of tasks without a service: nobody looks, so every request is an event's own. */
  readonly ownerless: By;
  readonly looks: readonly Looks[];
  readonly recordsCompared: number;
}

/** Both handlers on the same events, turn by turn, so that what else the machine does hits both. */
export async function measureIntake(rig: Rig, log: (line: string) => void): Promise<Intake> {
  const sent: object[] = [];
  const looks: Looks[] = [];
  let runs = 0;
  const both = async (events: readonly object[], size: number): Promise<By> => {
    sent.push(...events);
    const measured: Partial<Record<Who, readonly Round[]>> = {};
    for (const one of who) {
      const { round, sent: messages } = await runRound(rig, one, events, size);
      measured[one] = [round];
      if (size === lookedAfter && messages.length > 0) looks.push(await runLooks(rig, messages));
    }
    return measured as By;
  };
  const lives = (tasks: number, of = services.slice(0, tasks / tasksOfAService)): Lives => ({
    run: (++runs).toString(16),
    tasks,
    services: of,
  });

  log('warming up');
  for (const size of sizes) await both(taskEvents(lives(warmUpTasks)), size);
  looks.length = 0;
  const ordinary: Record<Size, By> = { 1: none, 10: none, 100: none };
  for (const size of sizes) {
    log(`ordinary events in batches of ${size}`);
    for (let round = 0; round < plan[size].rounds; round++)
      ordinary[size] = joined(ordinary[size], await both(taskEvents(lives(plan[size].tasks)), size));
  }
  log('duplicates, stale events, tasks without a service');
  const known = lives(40);
  await both(taskEvents(known), 10);
  const duplicates = await both(eventsAt(known, stages.length - 1), 10);
  const stale = await both(eventsAt(known, olderStage), 10);
  const ownerless = await both(taskEvents(lives(20, [])), 10);
  const recordsCompared = await agreement(rig.tables.client, sent);
  return { ordinary, duplicates, stale, ownerless, looks, recordsCompared };
}

const none: By = { berth: [], reference: [] };

const joined = (one: By, other: By): By => ({
  berth: [...one.berth, ...other.berth],
  reference: [...one.reference, ...other.reference],
});

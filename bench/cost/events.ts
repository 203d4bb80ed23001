import { topology } from '../../stacks/topology.ts';
import type { Series } from '../functions/function.ts';
import { taskEvents } from '../intake/events.ts';
import { functionOf, services, withRig } from '../intake/rig.ts';
import { type Looks, type Round, runLooks, runRound } from '../intake/round.ts';
import { added, type Consumption, times } from './bill.ts';
import { billedMsOf, ofInvocations, ofQueue, ofStorage, ofTable } from './consumption.ts';

const million = 1_000_000;
const largestBatch = 10;
const tasks = 30;
const tasksOfAService = 10;

/** What a million ordinary events use up. */
export interface EventConsumption {
  /** Each comes by itself: an invocation, and a look at its service. */
  readonly alone: Consumption;
  /** What of that the looks take, with the messages that ask for them. */
  readonly looksAlone: Consumption;
  /** They come in bursts: ten of a service to an invocation, and one look. */
  readonly inTens: Consumption;
  /** A handler as AWS's sample, straight behind the rule, an event to an invocation. */
  readonly reference: Consumption;
}

/** Both handlers on the same events, as in the benchmark `intake`. */
export function consumptionOfEvents(log: (line: string) => void): Promise<EventConsumption> {
  return withRig(async (rig) => {
    let run = 0;
    const lives = () =>
      taskEvents({ run: (++run).toString(16), tasks, services: services.slice(0, tasks / tasksOfAService) });
    const berth = async (size: number) => {
      const { round, sent } = await runRound(rig, 'berth', lives(), size);
      const looks = ofLooks(round, await runLooks(rig, sent));
      return {
        all: perMillion(added(ofRecording(round), looks), round),
        looks: perMillion(looks, round),
      };
    };
    const reference = async () => {
      const { round } = await runRound(rig, 'reference', lives(), 1);
      return perMillion(ofReference(round), round);
    };
    log('events: warming up');
    await berth(largestBatch);
    await reference();
    log('events: alone, in tens, by the reference handler');
    const { all: alone, looks: looksAlone } = await berth(1);
    const { all: inTens } = await berth(largestBatch);
    return { alone, looksAlone, inTens, reference: await reference() };
  });
}

const perMillion = (consumption: Consumption, { events }: Round) => times(million / events, consumption);

const ofRecording = ({ events, series, usage, grown }: Round): Consumption =>
  added(
    { awsEvent: events },
    ofQueue(events, series.durationsMs.length),
    ofSeries(functionOf.berth, series),
    ofTable(usage),
    ofStorage(grown),
  );

const ofLooks = ({ asked }: Round, { looks, series, usage }: Looks): Consumption =>
  added(ofQueue(asked, looks), ofSeries(functionOf.look, series), ofTable(usage));

/** Given as much memory as Berth's event function. */
const ofReference = ({ events, series, usage, grown }: Round) =>
  added({ awsEvent: events }, ofSeries(functionOf.berth, series), ofTable(usage), ofStorage(grown));

function ofSeries(name: keyof typeof topology.functions, { durationsMs }: Series): Consumption {
  const { memoryMb } = topology.functions[name];
  return ofInvocations({ count: durationsMs.length, billedMs: billedMsOf(durationsMs), memoryMb });
}

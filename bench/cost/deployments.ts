import { createDynamoStore } from '../../core/aws/dynamodb/store.ts';
import type { DeploymentState } from '../../core/deployments/model.ts';
import { topology } from '../../stacks/topology.ts';
import { localClient } from '../../test/support/dynamodb-client.ts';
import { until } from '../../test/support/until.ts';
import { startDeployment } from '../deploy.ts';
import { type Stage, setStage } from '../stage.ts';
import { added, type Consumption, times } from './bill.ts';
import { type Book, type Entry, openBook, type Page, spent } from './book.ts';
import { ofHttpRequests, ofStorage } from './consumption.ts';
import { type Door, openDoor } from './door.ts';
import { untilQuiet } from './quiet.ts';

const deployments = 2;
const sweeps = 5;
const looks = 10;
const patienceMs = 60_000;

/** What was used up on Local AWS, by what for. */
export interface LocalConsumption {
  /** One deployment of a new release: two tasks started, two stopped, and all that ECS tells of it. */
  readonly deployment: Consumption;
  readonly deployments: number;
  readonly eventsPerDeployment: number;
  /** What each function did in all of the deployments. */
  readonly functions: readonly Entry[];
  /** One look at a deployment through the API, as whoever waits for it makes again and again. */
  readonly apiLook: Consumption;
  /** One sweep while nothing is deployed, and while one service of two tasks is. */
  readonly emptySweep: Consumption;
  readonly sweep: Consumption;
}

/** Deploys on Local AWS, with a door that counts between it and the functions. */
export async function consumptionOnLocalAws(log: (line: string) => void): Promise<LocalConsumption> {
  const opened: Door[] = [];
  const stage = await setStage(log, async (localAws) => {
    const door = await openDoor(localAws);
    opened.push(door);
    return door;
  });
  try {
    const [door] = opened;
    if (!door) throw new Error('the functions were started without a door');
    return await measure(stage, await openBook(stage, door.meter), log);
  } finally {
    await stage.close();
  }
}

async function measure(stage: Stage, book: Book, log: (line: string) => void): Promise<LocalConsumption> {
  const emptySweep = await sweepOf(stage, book);
  log('deploying a first release, which is not counted');
  const first = await deploy(stage, 0);
  // Now, while ECS shows no stopped tasks: it does so for an hour.
  const fullSweep = await sweepOf(stage, book);
  for (let release = 1; release <= deployments; release++) {
    log(`deployment ${release} of ${deployments}`);
    await deploy(stage, release);
  }
  const page = await book.turnPage();
  log('looks through the API');
  for (let look = 0; look < looks; look++) await stage.client.getDeployment({ id: first });
  const apiLook = spent(await book.turnPage(), ['api']);
  return {
    deployment: times(1 / deployments, ofDeployments(page)),
    deployments,
    eventsPerDeployment: page.events / deployments,
    functions: page.entries,
    apiLook: added(times(1 / looks, apiLook), ofHttpRequests(1)),
    emptySweep,
    sweep: fullSweep,
  };
}

/** Without the sweep, which runs whether somebody deploys or not. The API did nothing but take deployments in. */
const ofDeployments = (page: Page): Consumption =>
  added(
    spent(page, ['api', 'ecs-events', 'wake', 'work']),
    ofHttpRequests(deployments),
    ofStorage(page.grown),
    {
      awsEvent: page.events,
      // By EventBridge, to the queue of events.
      sqsRequest: page.events,
    },
  );

/** Deploys content that is new. Looks at the table itself for the verdict, so that waiting costs nothing. */
async function deploy(stage: Stage, release: number): Promise<string> {
  const variables = { BENCH_RELEASE: String(release) };
  const id = await startDeployment(stage.client, stage.manifests.berth, variables);
  const client = localClient(stage.endpoint);
  const store = createDynamoStore({ client, table: topology.table.name });
  try {
    const end = await until(
      'the deployment to end',
      async () => {
        const item = await store.load({ kind: 'deployment', id });
        const at = (item?.state as DeploymentState | undefined)?.at;
        return at?.phase === 'ended' && at;
      },
      patienceMs,
    );
    if (end.verdict !== 'succeeded')
      throw new Error(`the deployment was to succeed: ${end.verdict}, ${end.reason}`);
  } finally {
    client.destroy();
  }
  await untilQuiet(stage);
  return id;
}

async function sweepOf(stage: Stage, book: Book): Promise<Consumption> {
  // Not the first ones, of a process that has just begun.
  await sweep(stage, sweeps);
  await book.turnPage();
  await sweep(stage, sweeps);
  const page = await book.turnPage();
  // One more may have been due in the meantime.
  const made = page.entries.find(({ name }) => name === 'sweep')?.invocations ?? 0;
  if (made < sweeps) throw new Error(`${made} of ${sweeps} sweeps are in the log`);
  return times(1 / made, spent(page, ['sweep']));
}

async function sweep({ endpoint }: Stage, count: number): Promise<void> {
  for (let done = 0; done < count; done++) {
    const url = `${endpoint}/2015-03-31/functions/sweep/invocations`;
    const answer = await fetch(url, { method: 'POST', body: '{}' });
    if (!answer.ok || answer.headers.has('x-amz-function-error'))
      throw new Error(`the sweep failed: ${await answer.text()}`);
  }
}

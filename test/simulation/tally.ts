import type { ApplicationState } from '../../core/applications/model.ts';
import type { CourseState } from '../../core/deployments/course/model.ts';
import type { DeploymentState } from '../../core/deployments/model.ts';
import type { JobState } from '../../core/jobs/model.ts';
import type { Item } from '../../core/kernel/ports.ts';
import { deploymentStep, type Observation, serviceStep } from './observation.ts';

/** Counts what runs have tried and reached, so that a run that tries nothing shows. */
export class Tally {
  readonly counts: Map<string, number>;
  /** Tasks that were told to stop. */
  readonly #stopping = new Set<unknown>();

  constructor(counts: Iterable<readonly [string, number]> = []) {
    this.counts = new Map(counts);
  }

  see(observation: Observation): void {
    const name = nameOf(observation);
    if (name !== undefined) this.add(name);
    if (observation.type === 'published') this.#published(observation);
    if (observation.type === 'committed') this.#moved(observation);
  }

  #published({ event }: Extract<Observation, { type: 'published' }>): void {
    if (event['detail-type'] !== 'ECS Task State Change') return;
    const { taskArn, lastStatus, desiredStatus, stopCode, containers } = event.detail;
    this.add(`task: ${lastStatus}`);
    if (desiredStatus === 'STOPPED' && !this.#stopping.has(taskArn)) this.add(`stopped while: ${lastStatus}`);
    if (desiredStatus === 'STOPPED') this.#stopping.add(taskArn);
    if (lastStatus !== 'STOPPED') return;
    this.add(`stop code: ${stopCode}`);
    for (const { exitCode } of containers as { exitCode?: number }[])
      if (exitCode !== undefined) this.add(`exit code: ${exitCode}`);
  }

  #moved(observation: Observation): void {
    const created = deploymentStep(observation);
    if (created && !created.before && created.state.request.actor.startsWith('github:'))
      this.add('pushed: deployed');
    const service = serviceStep(observation);
    if (service) {
      const { applying, holder, refused } = service.state;
      this.add(`service: ${applying !== undefined ? 'applying' : holder ? 'deploying' : 'idle'}`);
      if (refused && !service.before?.refused) this.add('service: refused');
    }
    if (observation.type === 'committed' && observation.item.ref.kind === 'job') this.#job(observation.item);
    if (observation.type === 'committed' && observation.item.ref.kind === 'application')
      this.#application(observation);
    const step = deploymentStep(observation);
    if (step) this.#went(step.state, step.before);
    if (!step || step.before?.at.phase === step.state.at.phase) return;
    const { at } = step.state;
    this.add(`phase: ${at.phase}`);
    this.add(`move: ${step.before?.at.phase ?? 'nothing'} → ${at.phase}`);
    if (at.phase === 'ended') this.add(`verdict: ${at.verdict}`);
    if ('cause' in at && at.cause && at.phase !== 'ended') this.add(`cause: ${at.cause.code}`);
  }

  #job({ state }: Item): void {
    const { at } = state as JobState;
    if (at.phase === 'ended') this.add(`job ended: ${at.verdict}`);
  }

  #application({ item, before }: Extract<Observation, { type: 'committed' }>): void {
    const { at } = item.state as ApplicationState;
    if (at.phase !== (before?.state as ApplicationState | undefined)?.at.phase)
      this.add(`together: ${at.phase === 'ended' ? at.verdict : at.phase}`);
  }

  #went(state: DeploymentState, before: DeploymentState | undefined): void {
    const [was, is] = [courseIn(before), courseIn(state)];
    const { what } = state.request;
    if (what.type === 'content' && is && !was)
      this.add(`course: ${what.course?.strategy}${state.at.phase === 'trying' ? ' beside' : ''}`);
    if (is && was && is.step > was.step) this.add(`step: ${was.step < 0 ? 'first' : 'next'}`);
    if (is?.held && is.held.code !== was?.held?.code) this.add(`held: ${is.held.code}`);
    const verdict = is?.judgement?.verdict.is;
    if (verdict && verdict !== was?.judgement?.verdict.is) this.add(`judged: ${verdict}`);
    if (is?.passed && is.passed.at !== was?.passed?.at) this.add('hook: passed');
    if (is?.continued !== was?.continued) this.add('hook: continued');
  }

  text(): string {
    const lines = [...this.counts].map(([name, count]) => `${name.padEnd(56)}${String(count).padStart(10)}`);
    return lines.sort().join('\n');
  }

  include(other: Tally): void {
    for (const [name, count] of other.counts) this.add(name, count);
  }

  add(name: string, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }
}

const courseIn = (state: DeploymentState | undefined): CourseState | undefined =>
  state && 'course' in state.at ? state.at.course : undefined;

function nameOf(observation: Observation): string | undefined {
  switch (observation.type) {
    case 'written':
      return `write: ${observation.action}`;
    case 'changed-outside':
      return `outside: ${observation.action}`;
    case 'ran':
      return 'refusal' in observation ? `run: ${observation.refusal}` : 'run: tasks';
    case 'set-aside':
      return `set aside: ${observation.cause?.split(':')[0] ?? 'by the queue'}`;
    default:
      return undefined;
  }
}

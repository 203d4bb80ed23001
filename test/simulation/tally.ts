import { deploymentStep, type Observation } from './observation.ts';

/** Counts what runs have tried and reached, so that a run that tries nothing shows. */
export class Tally {
  readonly counts = new Map<string, number>();

  see(observation: Observation): void {
    if (observation.type === 'written')
      this.#add(`write: ${observation.action}${observation.by ? '' : ' (outside)'}`);
    const step = deploymentStep(observation);
    if (!step || step.before?.at.phase === step.state.at.phase) return;
    const { at } = step.state;
    this.#add(`phase: ${at.phase}`);
    if (at.phase === 'ended') this.#add(`verdict: ${at.verdict}`);
    if ('cause' in at && at.cause && at.phase !== 'ended') this.#add(`cause: ${at.cause.code}`);
  }

  step(name: string): void {
    this.#add(`people: ${name}`);
  }

  faults(counts: ReadonlyMap<string, number>): void {
    for (const [name, count] of counts) this.#add(`fault: ${name}`, count);
  }

  text(): string {
    const lines = [...this.counts].map(([name, count]) => `${name.padEnd(52)}${String(count).padStart(9)}`);
    return lines.sort().join('\n');
  }

  include(other: Tally): void {
    for (const [name, count] of other.counts) this.#add(name, count);
  }

  #add(name: string, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }
}

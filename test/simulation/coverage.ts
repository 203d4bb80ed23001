import { verdicts } from '../../core/deployments/model.ts';
import { faultNames } from './faults.ts';
import { behaviours, nightNames, outsideChanges, runBehaviours, stepNames } from './story.ts';
import type { Tally } from './tally.ts';
import { exitCodes } from './world/containers.ts';

const phases = ['queued', 'preparing', 'moving', 'rolling_back', 'closing', 'ended'];
const services = ['idle', 'deploying', 'applying', 'refused'];
const causes = ['aborted', 'circuit_breaker', 'deadline', 'refused'];
const moves = [
  'queued → preparing',
  'preparing → moving',
  'moving → rolling_back',
  'moving → closing',
  ...['queued', 'preparing', 'moving', 'rolling_back', 'closing'].map((phase) => `${phase} → ended`),
];
const stopCodes = [
  'EssentialContainerExited',
  'InfrastructureHealth',
  'ServiceSchedulerInitiated',
  'SpotInterruption',
  'TaskFailedToStart',
  'TerminationNotice',
  'UserInitiated',
];
const setAside = ['Poison', 'Error', 'BerthError'];

const named = (kind: string, names: readonly unknown[]) => names.map((name) => `${kind}: ${name}`);

/** What many runs have to have tried and reached; nights are rare, so that only more runs have to have them. */
export const wanted: readonly string[] = [
  ...named('fault', faultNames),
  ...named('phase', phases),
  ...named('move', moves),
  ...named('service', services),
  ...named('verdict', verdicts),
  ...named('cause', causes),
  ...named('people', stepNames),
  ...named('changed outside', outsideChanges),
  ...named('release', behaviours),
  ...named('tasks run', runBehaviours),
  ...named('stopped while', ['PENDING', 'RUNNING']),
  ...named('stop code', stopCodes),
  ...named('exit code', exitCodes),
  ...named('set aside', setAside),
  ...named('run', ['tasks', 'ConflictException']),
];

export const wantedOfMany: readonly string[] = [...wanted, ...named('night', nightNames)];

export const missedBy = (tally: Tally, names: readonly string[]): string[] =>
  names.filter((name) => !tally.counts.has(name));

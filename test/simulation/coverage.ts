import { verdicts } from '../../core/deployments/model.ts';
import { jobVerdicts } from '../../core/jobs/model.ts';
import { jobBehaviours, webhookAnswers } from './courses.ts';
import { faultNames } from './faults.ts';
import { behaviours, nightNames, outsideChanges, runBehaviours, stepNames } from './story.ts';
import type { Tally } from './tally.ts';
import { exitCodes } from './world/containers.ts';

const phases = [
  ...['requested', 'queued', 'preparing', 'gated', 'running_before', 'trying', 'moving', 'running_after'],
  ...['rolling_back', 'closing', 'ended'],
];
const services = ['idle', 'deploying', 'applying', 'refused'];
const causes = ['aborted', 'breaker', 'circuit_breaker', 'deadline', 'job', 'judge', 'no_data', 'refused'];
const moves = [
  'queued → preparing',
  'preparing → moving',
  'preparing → gated',
  'gated → moving',
  'running_before → moving',
  'running_before → trying',
  'trying → moving',
  'trying → closing',
  'moving → running_after',
  'running_after → moving',
  'running_after → rolling_back',
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
const courses = ['rolling', 'blue_green', 'linear', 'canary', 'canary beside'];
const holds = ['approval', 'locked', 'no_data', 'paused', 'undecided'];
const judgements = ['no_data', 'not_worse', 'undecided', 'worse'];
const together = [
  ...[
    'deploying',
    'stopping',
    'rolling_back',
    'succeeded',
    'rolled_back',
    'failed',
    'cancelled',
    'superseded',
  ],
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
  ...named('course', courses),
  ...named('step', ['first', 'next']),
  ...named('held', holds),
  ...named('judged', judgements),
  ...named('asked', ['a judge', 'a dry run']),
  ...named('approval', ['start', 'traffic']),
  ...named('webhook', webhookAnswers),
  ...named('hook', ['passed', 'continued']),
  ...named('job', jobBehaviours),
  ...named('job ended', jobVerdicts),
  ...named('together', together),
  ...named('pushed', ['deployed']),
];

export const wantedOfMany: readonly string[] = [...wanted, ...named('night', nightNames)];

export const missedBy = (tally: Tally, names: readonly string[]): string[] =>
  names.filter((name) => !tally.counts.has(name));

import { formatSeconds } from '../../contract/units.ts';
import type { Course } from '../../deployments/course/model.ts';
import type { GatePlan } from '../../deployments/gates/model.ts';
import type { ServiceSettings } from '../../services/model.ts';

/** One thing that a deployment does, in order. */
export interface PlannedStep {
  readonly kind: 'gate' | 'job' | 'try' | 'move' | 'step' | 'bake';
  readonly text: string;
  readonly trafficPercent?: number;
  readonly forSeconds?: number;
}

interface Planned {
  readonly course: Course | undefined;
  readonly settings: ServiceSettings;
  readonly count: number;
  /** Nothing runs yet: there is nothing to shift traffic from. */
  readonly isFirst: boolean;
}

/** The steps in which a deployment goes, as its course says; without one it rolls. */
export function plannedSteps(planned: Planned): readonly PlannedStep[] {
  const { course } = planned;
  if (!course) return [rolling(planned)];
  return [
    ...gates(course.gates),
    ...course.before.map(({ name, timeoutSeconds }) => job('before', name, timeoutSeconds)),
    ...moves(planned, course),
    ...course.after.map(({ name, timeoutSeconds }) => job('after', name, timeoutSeconds)),
  ];
}

function gates({ approval, windows, webhooks }: GatePlan): readonly PlannedStep[] {
  const by = approval?.byDeployer ? 'somebody' : 'somebody else than who deploys';
  return [
    ...(windows.length > 0 ? [gate(`sets out only within ${windows.length} time windows`)] : []),
    ...webhooks.map(({ name, timeoutSeconds }) =>
      gate(`asks the webhook ${name}, for at most ${formatSeconds(timeoutSeconds)}`),
    ),
    ...(approval ? [gate(`${by} has to approve, before ${beforeWhat[approval.at]}`)] : []),
  ];
}

const beforeWhat = { start: 'anything moves', traffic: 'the new release has traffic' } as const;

const gate = (text: string): PlannedStep => ({ kind: 'gate', text });

const job = (when: string, name: string, timeoutSeconds: number): PlannedStep => ({
  kind: 'job',
  text: `runs the job ${name} ${when} the move, within ${formatSeconds(timeoutSeconds)}`,
  forSeconds: timeoutSeconds,
});

function moves(planned: Planned, course: Course): readonly PlannedStep[] {
  const { steps, judge, bakeSeconds } = course;
  const isBalanced = planned.settings.listen !== undefined;
  const isStepped = !planned.isFirst && course.strategy !== 'rolling';
  const judged = judge ? `, judged${judge.dryRun ? ' (and not acted upon)' : ''}` : '';
  const whole: PlannedStep =
    isStepped && isBalanced
      ? {
          kind: 'move',
          trafficPercent: 100,
          text: 'all traffic; the old release stays warm while the new one bakes',
        }
      : rolling(planned);
  return [
    ...(isStepped ? steps : []).map(
      ({ trafficPercent, forSeconds, approval }): PlannedStep => ({
        kind: isBalanced ? 'step' : 'try',
        trafficPercent,
        forSeconds,
        text:
          `${trafficPercent} % of the ${isBalanced ? 'traffic' : 'tasks, beside the service,'} for ` +
          `${formatSeconds(forSeconds)}${judged}${approval ? ', and until somebody lets it go on' : ''}`,
      }),
    ),
    whole,
    ...(bakeSeconds > 0
      ? [
          {
            kind: 'bake' as const,
            forSeconds: bakeSeconds,
            text: `has to last ${formatSeconds(bakeSeconds)}`,
          },
        ]
      : []),
  ];
}

function rolling({ settings, count, isFirst }: Planned): PlannedStep {
  const { minimumHealthyPercent: minimum, maximumPercent: maximum, timeoutSeconds } = settings;
  const least = Math.ceil((count * minimum) / 100);
  const most = Math.floor((count * maximum) / 100);
  const within = `given up when nothing goes on for ${formatSeconds(timeoutSeconds)}`;
  return {
    kind: 'move',
    trafficPercent: 100,
    text: isFirst
      ? `${tasks(count)} started, ${within}`
      : `${tasks(count)} replaced, at least ${least} and at most ${most} at any time, ${within}`,
  };
}

const tasks = (count: number) => `${count} ${count === 1 ? 'task' : 'tasks'}`;

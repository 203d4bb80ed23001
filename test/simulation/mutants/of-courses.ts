import type { ApplicationSeen } from '../../../core/applications/model.ts';
import type { Course, CourseState } from '../../../core/deployments/course/model.ts';
import type { DeploymentMessage, DeploymentState } from '../../../core/deployments/model.ts';
import type { DeploymentSeen } from '../../../core/deployments/seeing.ts';
import type { Member } from '../../../core/kernel/item.ts';
import type { Plan } from '../../../core/kernel/plan.ts';
import type { ServiceState } from '../../../core/services/model.ts';
import type { Mutant } from './mutant.ts';
import { absorbingOtherwise, callingOtherwise, decidingOtherwise, seeingOtherwise } from './otherwise.ts';

type DeploymentPlan = Plan<DeploymentState, unknown>;
type Decide = (state: DeploymentState, seen: DeploymentSeen, now: number) => DeploymentPlan;

/** Mistakes in how a deployment goes from step to step, is judged, held and spoken to. */
export const mistakesOfCourses: Readonly<Record<string, Mutant>> = {
  'the hook says yes whatever the deployment says': {
    caughtBy: ['C1'],
    seeds: [13],
    hook: () => ({ hookStatus: 'SUCCEEDED' }),
  },
  'a pass is given twice for one step': {
    caughtBy: ['C1'],
    seeds: [735],
    member: seeingOtherwise<DeploymentState, DeploymentSeen>('deployment', (state) =>
      withCourse(state, ({ passed, ...course }) =>
        passed ? { ...course, passed: { ...passed, fromPercent: -1 } } : course,
      ),
    ),
  },
  'siblings are forgotten with their deployment': {
    caughtBy: ['C3'],
    seeds: [13],
    member: seeingOtherwise<ServiceState, object>('service', (state) => {
      const { siblings, ...rest } = state;
      const isTheirs = Object.values(siblings ?? {}).every(
        ({ deployment }) => deployment === state.holder?.deployment,
      );
      return isTheirs ? state : rest;
    }),
  },
  'what the judge found worse goes on': {
    caughtBy: ['C5'],
    seeds: [36],
    member: decidingBeside((state, seen, now, decide) => {
      const plan = decide(state, seen, now);
      const isAccused = 'cause' in plan.next.at && plan.next.at.cause?.code === 'judge';
      return isAccused ? asIf(state, isDry(true), (other) => decide(other, seen, now)) : plan;
    }),
  },
  'a dry run is acted upon': {
    caughtBy: ['C5'],
    seeds: [794],
    member: decidingBeside((state, seen, now, decide) =>
      asIf(state, isDry(false), (other) => decide(other, seen, now)),
    ),
  },
  'who pauses is not heard': {
    caughtBy: ['C2'],
    seeds: [18],
    member: decidingBeside((state, seen, now, decide) => {
      const { paused, ...heard } = state.controls ?? { approvals: [] };
      if (!paused) return decide(state, seen, now);
      const plan = decide({ ...state, controls: heard }, seen, now);
      const controls = { ...(plan.next.controls ?? heard), paused };
      return { ...plan, next: { ...plan.next, controls } };
    }),
  },
  'a lock is not looked at': {
    caughtBy: ['C2'],
    seeds: [43],
    member: decidingBeside((state, seen, now, decide) =>
      decide(state, { ...seen, ...(seen.gates && { gates: { locks: [] } }) }, now),
    ),
  },
  'who deploys may approve it himself': {
    caughtBy: ['C4'],
    seeds: [36],
    member: absorbingOtherwise<DeploymentState, DeploymentMessage>('deployment', (input) => {
      if (input.type !== 'message' || input.message.type !== 'create') return input;
      const request = { ...input.message.request, actor: 'somebody' };
      return { ...input, message: { ...input.message, request } };
    }),
  },
  'a job that fails is as good as one that does not': {
    caughtBy: ['C4'],
    seeds: [14],
    member: absorbingOtherwise<DeploymentState, DeploymentMessage>('deployment', (input) => {
      if (input.type !== 'message' || input.message.type !== 'job_ended') return input;
      return { ...input, message: { ...input.message, verdict: 'succeeded' } };
    }),
  },
  'what was judged is not kept': {
    caughtBy: ['C5'],
    seeds: [6],
    store: (store) => ({
      ...store,
      put: async (record, condition) =>
        record.sort.startsWith('evidence#') ? 'stored' : store.put(record, condition),
    }),
  },
  'what was judged is kept twice': {
    caughtBy: ['C5'],
    seeds: [6],
    store: (store) => ({
      ...store,
      async put(record, condition) {
        if (record.sort.startsWith('evidence#'))
          await store.put({ ...record, sort: `${record.sort}-again` }, condition);
        return store.put(record, condition);
      },
    }),
  },
  'a job is started anew where nothing was heard': {
    caughtBy: ['I1'],
    seeds: [305],
    client: callingOtherwise(async (action, input, send) => {
      if (action === 'ListTasks' && input.startedBy !== undefined) return { taskArns: [] };
      if (action === 'RunTask') Object.assign(input, { clientToken: undefined });
      return send();
    }),
  },
  'to skip one step skips two': {
    caughtBy: ['C7'],
    seeds: [237],
    member: decidingBeside((state, seen, now, decide) => {
      const plan = decide(state, seen, now);
      const [was, is] = [courseIn(state), courseIn(plan.next)];
      if (!was || !is || is.step !== was.step + 1 || state.controls?.skip?.step !== was.step) return plan;
      const steps = courseOf(state)?.steps ?? [];
      const step = Math.min(steps.length, is.step + 1);
      const allowedPercent = steps[step]?.trafficPercent ?? 100;
      return { ...plan, next: withCourse(plan.next, (course) => ({ ...course, step, allowedPercent })) };
    }),
  },
  'a step is over before its time': {
    caughtBy: ['C7'],
    seeds: [20],
    member: decidingBeside((state, seen, now, decide) =>
      decide(
        withCourse(state, ({ since, ...course }) =>
          since === undefined ? course : { ...course, since: since - 3600_000 },
        ),
        seen,
        now,
      ),
    ),
  },
  'a task too many is asked for': {
    caughtBy: ['I16', 'L', 'I26'],
    client: callingOtherwise(async (action, input, send) => {
      if (action === 'UpdateService') Object.assign(input, { desiredCount: Number(input.desiredCount) + 5 });
      return send();
    }),
  },
  'whatever takes too long was given up by ECS': {
    caughtBy: ['I10'],
    member: decidingOtherwise<DeploymentState>('deployment', (plan) => {
      const { at } = plan.next;
      if (!('cause' in at) || at.cause?.code !== 'deadline') return plan;
      const cause = { ...at.cause, code: 'circuit_breaker' };
      return { ...plan, next: { ...plan.next, at: { ...at, cause } } };
    }),
  },
  'one of several that fails does not count': {
    caughtBy: ['A1'],
    seeds: [3],
    member: (member) => ({
      ...member,
      domain: {
        ...member.domain,
        decide: (state: unknown, seen: ApplicationSeen, now: number) =>
          member.domain.decide(state, member.domain.kind === 'application' ? asSucceeded(seen) : seen, now),
      },
    }),
  },
  'nobody writes down who said it': {
    caughtBy: ['C6'],
    member: seeingOtherwise<DeploymentState, DeploymentSeen>('deployment', ({ news: _, ...state }) => state),
  },
};

const asSucceeded = ({ deployments, ...seen }: ApplicationSeen): ApplicationSeen => ({
  ...seen,
  deployments: Object.fromEntries(
    Object.entries(deployments).map(([id, one]) => [
      id,
      one.is === 'ended' ? { ...one, verdict: 'succeeded' as const } : one,
    ]),
  ),
});

/** A domain of deployments that decides otherwise by deciding about something else. */
function decidingBeside(
  otherwise: (state: DeploymentState, seen: DeploymentSeen, now: number, decide: Decide) => DeploymentPlan,
): (member: Member) => Member {
  return (member) => {
    const { domain } = member;
    if (domain.kind !== 'deployment') return member;
    const decide: Decide = (state, seen, now) => domain.decide(state, seen, now) as DeploymentPlan;
    return {
      ...member,
      domain: {
        ...domain,
        decide: (state: DeploymentState, seen: DeploymentSeen, now: number) =>
          otherwise(state, seen, now, decide),
      },
    };
  };
}

/** Decides as if the course were another one; what was asked for stays as it was. */
function asIf(
  state: DeploymentState,
  change: (course: Course) => Course,
  decide: (state: DeploymentState) => DeploymentPlan,
): DeploymentPlan {
  const { what } = state.request;
  if (what.type !== 'content' || !what.course) return decide(state);
  const request = { ...state.request, what: { ...what, course: change(what.course) } };
  const plan = decide({ ...state, request });
  return { ...plan, next: { ...plan.next, request: state.request } };
}

const isDry =
  (dryRun: boolean) =>
  (course: Course): Course => ({ ...course, ...(course.judge && { judge: { ...course.judge, dryRun } }) });

const courseOf = ({ request: { what } }: DeploymentState) =>
  what.type === 'content' ? what.course : undefined;

const courseIn = ({ at }: DeploymentState): CourseState | undefined =>
  at.phase === 'trying' || at.phase === 'moving' ? at.course : undefined;

function withCourse(state: DeploymentState, change: (course: CourseState) => CourseState): DeploymentState {
  const { at } = state;
  if ((at.phase !== 'trying' && at.phase !== 'moving') || !at.course) return state;
  return { ...state, at: { ...at, course: change(at.course) } };
}

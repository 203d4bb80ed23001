import type {
  ApplicationPhase,
  ApplicationState,
  Back,
  PartState,
  ServicePart,
} from '../../applications/model.ts';
import type { ApplicationView } from '../../contract/application-views.ts';
import { moment } from './moment.ts';

type PartView = ApplicationView['services'][number];

export function applicationView({ request, at, parts }: ApplicationState): ApplicationView {
  const { id, environment, app, services, actor, message, requestedAt } = request;
  return {
    id,
    environment,
    app,
    phase: at.phase,
    ...phaseView(at),
    services: services.map((part) => partView(part, parts[part.name] ?? {})),
    actor,
    ...(message !== undefined && { message }),
    requestedAt: moment(requestedAt),
  };
}

function phaseView(at: ApplicationPhase): Partial<ApplicationView> {
  const cause = 'cause' in at && at.cause ? { cause: at.cause } : {};
  if (at.phase !== 'ended') return { ...cause, deadline: moment(at.deadline) };
  return { ...cause, verdict: at.verdict, reason: at.reason, endedAt: moment(at.endedAt) };
}

function partView(part: ServicePart, { begunAt, ended, back }: PartState): PartView {
  return {
    name: part.name,
    service: part.ecsName,
    needs: [...part.needs],
    state: ended?.verdict ?? (begunAt === undefined ? 'waiting' : 'deploying'),
    ...(begunAt !== undefined && { deployment: part.deployment }),
    ...(ended && { reason: ended.reason }),
    ...(ended?.release !== undefined && { release: ended.release }),
    ...(ended?.before !== undefined && { before: ended.before }),
    ...(back && { back: backView(back, part) }),
  };
}

function backView(back: Back, { rollback }: ServicePart): NonNullable<PartView['back']> {
  if ('to' in back) return { is: back.is, to: back.to, deployment: rollback };
  return { is: back.is, why: back.why };
}

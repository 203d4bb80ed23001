import type { HookRecord } from '../../../local/ecs/strategies/record.ts';
import type { Observation } from '../observation.ts';
import type { Random } from '../random.ts';
import type { OutsideChange } from '../story.ts';
import { wordsOfWrite } from './berth.ts';
import { cluster, type SimulatedEcs } from './ecs.ts';

type Json = Readonly<Record<string, unknown>>;

interface Surroundings {
  readonly clock: { now(): number };
  readonly random: Random;
  ecs(): SimulatedEcs;
  see(observation: Observation): void;
  note(line: string): void;
  /** To be called after every change. */
  changed(): void;
}

const isPause = ({ type, status }: HookRecord) => type === 'PAUSE' && status === 'AWAITING_ACTION';

/** People who change ECS in the console, without Berth. */
export class Outside {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  change(service: string, change: OutsideChange): void {
    const { ecs, random } = this.#around;
    const there = ecs().service(service);
    if (there?.status !== 'ACTIVE') return;
    const [primary] = there.deployments;
    const write = (action: string, input: Json) => this.#write(action, service, input);
    switch (change) {
      case 'count':
        write('UpdateService', { service, desiredCount: random.between(1, 3) });
        break;
      case 'force':
        write('UpdateService', { service, forceNewDeployment: true });
        break;
      case 'release':
        write('UpdateService', { service, taskDefinition: `berth-local-${service}:1` });
        break;
      case 'delete':
        write('DeleteService', { service, force: true });
        break;
      case 'stop-deployment':
        write('StopServiceDeployment', {
          serviceDeploymentArn: primary?.serviceDeploymentArn,
          stopType: random.pick(['ABORT', 'ROLLBACK']),
        });
        break;
      case 'continue-hook':
      case 'roll-back-hook': {
        const { serviceDeploymentArn = '' } = primary ?? {};
        const hook = ecs().serviceDeployment(serviceDeploymentArn)?.rollout?.hooks.find(isPause);
        const action = change === 'continue-hook' ? 'CONTINUE' : 'ROLLBACK';
        if (hook) write('ContinueServiceDeployment', { serviceDeploymentArn, hookId: hook.id, action });
        break;
      }
      case 'deregister':
        this.deregister(primary?.definitionArn ?? '', service);
    }
  }

  deregister(taskDefinition: string, service: string): void {
    this.#write('DeregisterTaskDefinition', service, { taskDefinition });
  }

  #write(action: string, service: string, given: Json): void {
    const { clock, ecs, see, note, changed } = this.#around;
    const input = 'service' in given ? { cluster, ...given } : given;
    try {
      ecs().call(action, input);
    } catch (error) {
      note(`outside: ${action} was refused: ${String(error)}`);
      return;
    }
    note(`outside: ${action} ${wordsOfWrite(input)}`);
    changed();
    see({ type: 'changed-outside', now: clock.now(), action, service, input });
  }
}

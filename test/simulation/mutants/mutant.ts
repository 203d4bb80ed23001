import type { ECSClient } from '@aws-sdk/client-ecs';
import type { Territory } from '../../../core/intake/classify.ts';
import type { Member } from '../../../core/kernel/item.ts';
import type { Store } from '../../../core/kernel/ports.ts';
import type { EffectContext } from '../../../core/kernel/settle.ts';
import type { ServiceEvent } from '../../../local/events/model.ts';
import type { WorldClock } from '../world/clock.ts';

type Json = Readonly<Record<string, unknown>>;
type Call = (action: string, input: Json) => Json;
type Publish = (event: ServiceEvent) => void;

/** A mistake that is planted, at the places where it is made. */
export interface Mutant {
  /** The first words of the invariants that may notice it. */
  readonly caughtBy: readonly string[];
  /** Seeds that are known to notice a rare one; where they do not any more, others are searched. */
  readonly seeds?: readonly number[];
  readonly store?: (store: Store, clock: WorldClock) => Store;
  readonly member?: (member: Member) => Member;
  readonly context?: (context: EffectContext, effect: { readonly type: string }) => EffectContext;
  /** How Berth calls ECS, because of an intent or without one. */
  readonly client?: (client: ECSClient, intent: string | undefined) => ECSClient;
  /** Whose events Berth takes for its own. */
  readonly territory?: (territory: Territory) => Territory;
  readonly isWithoutSweep?: boolean;
  readonly isWithoutDeadLetters?: boolean;
  /** What ECS itself does, and what it tells. */
  readonly ecs?: (call: Call) => Call;
  /** What the function of ECS's hooks answers. */
  readonly hook?: (answer: unknown) => unknown;
  readonly publish?: (publish: Publish) => Publish;
}

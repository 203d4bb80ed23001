import type { ECSClient } from '@aws-sdk/client-ecs';
import type { Member } from '../../../core/kernel/item.ts';
import type { Domain, Input, Plan } from '../../../core/kernel/plan.ts';

/** A domain that decides otherwise than it should. */
export function decidingOtherwise<State>(
  kind: string,
  otherwise: (plan: Plan<State, unknown>) => Plan<State, unknown>,
): (member: Member) => Member {
  return (member) =>
    changed<State, unknown, unknown>(member, kind, (domain) => ({
      ...domain,
      decide: (state, seen, now) => otherwise(domain.decide(state, seen, now)),
    }));
}

/** A domain that decides upon something else than what is so. */
export function seeingOtherwise<State, Seen>(
  kind: string,
  otherwise: (state: State, seen: Seen) => State,
): (member: Member) => Member {
  return (member) =>
    changed<State, unknown, Seen>(member, kind, (domain) => ({
      ...domain,
      decide: (state, seen, now) => domain.decide(otherwise(state, seen), seen, now),
    }));
}

/** A domain that takes in something else than it was told; undefined where it does not listen. */
export function absorbingOtherwise<State, Message>(
  kind: string,
  otherwise: (input: Input<Message, unknown>, state?: State) => Input<Message, unknown> | undefined,
): (member: Member) => Member {
  return (member) =>
    changed<State, Message, unknown>(member, kind, (domain) => ({
      ...domain,
      absorb(state, input, now) {
        const heard = otherwise(input, state);
        return heard ? domain.absorb(state, heard, now) : state;
      },
    }));
}

function changed<State, Message, Seen>(
  member: Member,
  kind: string,
  change: (
    domain: Domain<State, Message, unknown, Seen, unknown>,
  ) => Domain<State, Message, unknown, Seen, unknown>,
): Member {
  return member.domain.kind === kind ? { ...member, domain: change(member.domain) } : member;
}

type Json = Readonly<Record<string, unknown>>;

/** A client that sends something else, or makes something else of what comes back. */
export function callingOtherwise(
  otherwise: (action: string, input: Json, send: () => Promise<Json>) => Promise<Json>,
): (client: ECSClient) => ECSClient {
  return (client) => {
    const send = async (command: object) => {
      const action = command.constructor.name.replace(/Command$/, '');
      const asBefore = () => client.send(command as Parameters<ECSClient['send']>[0]);
      return otherwise(
        action,
        (command as { input: Json }).input,
        asBefore as () => Promise<unknown> as () => Promise<Json>,
      );
    };
    return { send } as unknown as ECSClient;
  };
}

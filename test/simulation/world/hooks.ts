import type { Functions } from '../../../local/ecs/ports.ts';
import type { Mutant } from '../mutants/mutant.ts';
import type { Random } from '../random.ts';
import type { Weather } from '../weather.ts';
import type { WorldClock } from './clock.ts';
import { answerHook } from './functions.ts';
import type { Run } from './world.ts';

interface Scene {
  readonly clock: WorldClock;
  readonly weather: Weather;
  readonly random: Random;
  readonly mutant: Mutant | undefined;
  note(line: string): void;
}

/**
 * ECS calls the hook's function before it shifts traffic. Who dies, or is not there, is an error to ECS, which goes
 * back; who is called twice is not told that he is.
 */
export function hookCalls({ clock, weather, random, mutant, note }: Scene, pool: Run): Functions['invoke'] {
  const after = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const call = async (payload: unknown): Promise<unknown> => {
    let answer: unknown;
    const ending = await pool('answers a hook', 'hook', async (parts) => {
      answer = await answerHook(payload, parts, clock);
    });
    if (ending !== 'done') throw new Error('the function did not answer');
    return mutant?.hook?.(answer) ?? answer;
  };
  return async (_arn, payload) => {
    await after(random.between(300, 1_500));
    if (weather.strikes('a hook is never called')) return new Promise<never>(() => {});
    if (weather.strikes('a hook is called late')) await after(random.between(1_000, 60_000));
    const first = call(payload);
    const again = weather.strikes('a hook is called twice')
      ? after(random.between(0, 3_000)).then(() => call(payload))
      : undefined;
    again?.catch(() => undefined);
    const answer = await (again && random.chance(0.5)
      ? first.catch(() => undefined).then(() => again)
      : first);
    note(`ECS hears ${JSON.stringify(answer)}`);
    if (weather.strikes('the answer of a hook is lost')) throw new Error('the answer was lost');
    return answer;
  };
}

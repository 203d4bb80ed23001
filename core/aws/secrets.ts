import { BerthError } from '../kernel/errors.ts';
import type { Clock, Log } from '../kernel/ports.ts';
import type { Secrets } from '../operations/ports.ts';
import type { CallJson } from './json-call.ts';

const keepMs = 5 * 60_000;
/** Whoever sends wrong signatures does not make Berth ask more often than this. */
const freshMs = 30_000;

/**
 * Secrets of Secrets Manager, as whole texts. What was read is kept in this process alone. What cannot be read is asked
 * for again at most every thirty seconds as well.
 */
export function secretsManager(call: CallJson, clock: Clock, log: Log): Secrets {
  const kept = new Map<string, { readonly value: Promise<string | undefined>; readonly at: number }>();
  return {
    async read(arn, { fresh = false } = {}) {
      const now = clock.now();
      const known = kept.get(arn);
      if (known && now - known.at < (fresh ? freshMs : keepMs)) return known.value;
      const value = currentValue(call, arn, log);
      kept.set(arn, { value, at: now });
      value.catch(() => kept.set(arn, { value, at: now - keepMs + freshMs }));
      return value;
    },
  };
}

/** Neither the value nor what a service says beside it goes into a message. */
async function currentValue(call: CallJson, arn: string, log: Log): Promise<string | undefined> {
  const region = arn.split(':')[3] ?? '';
  const asked = { service: 'secretsmanager', target: 'secretsmanager.GetSecretValue', region };
  const answer = await call({ ...asked, input: { SecretId: arn } }).catch((error: unknown) => {
    return { ok: false, code: error instanceof Error ? error.name : 'Error' } as const;
  });
  if (answer.ok) return typeof answer.value.SecretString === 'string' ? answer.value.SecretString : undefined;
  if (answer.code === 'ResourceNotFoundException') return undefined;
  log.error('a secret could not be read', { secret: arn, code: answer.code });
  throw new BerthError('unavailable', 'A secret that Berth needs cannot be read just now; ask again later');
}

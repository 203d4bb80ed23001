import type { Clock } from '../../support/clock.ts';
import type { Announcement, Assignment } from '../settings.ts';

/** The host's tie to Local AWS, which may be killed and come back at any moment. */
export interface Link {
  /** Ids of the messages in this host's hands. */
  readonly holding: Set<string>;
  /** Speaks up until Local AWS has heard; undefined when the link was closed meanwhile. */
  announced(): Promise<Assignment | undefined>;
  /** Says goodbye, so that held messages are free at once. */
  close(): Promise<void>;
}

const heartbeatMs = 1000;
const retryMs = 100;
const patienceMs = 2000;

/** Announces this host to Local AWS now and every second. */
export function openLink(endpoint: string, self: Omit<Announcement, 'holding'>, clock: Clock): Link {
  const holding = new Set<string>();
  let closed = false;
  const send = async (method: 'POST' | 'DELETE'): Promise<Assignment | undefined> => {
    const response = await fetch(`${endpoint}/_local/host`, {
      method,
      body: JSON.stringify({ ...self, holding: [...holding] }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const answer = (await response.json()) as Assignment & { readonly message?: string };
    if (!response.ok) throw new Error(`Local AWS refused this host: ${answer.message}`);
    return answer;
  };
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const announced = async () => {
    while (!closed) {
      const assignment = await send('POST').catch(() => undefined);
      if (assignment) return assignment;
      await pause(retryMs);
    }
    return undefined;
  };
  const beat = async () => {
    while (!closed) {
      await pause(heartbeatMs);
      await announced();
    }
  };
  void beat();
  return {
    holding,
    announced,
    async close() {
      closed = true;
      await send('DELETE').catch(() => undefined);
    },
  };
}

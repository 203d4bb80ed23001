import type { Clock } from '../../support/clock.ts';
import type { Announcement } from '../settings.ts';
import type { LocalClient } from './local-client.ts';

/** The host's tie to Local AWS, which may be killed and come back at any moment. */
export interface Link {
  /** Ids of the messages in this host's hands. */
  readonly holding: Set<string>;
  /** Speaks up until Local AWS has heard, or the link is closed. */
  announced(): Promise<void>;
  /** Says goodbye, so that held messages are free at once. */
  close(): Promise<void>;
}

const heartbeatMs = 1000;
const retryMs = 100;
const patienceMs = 2000;

/** Announces this host to Local AWS now and every second. */
export function openLink(client: LocalClient, self: Omit<Announcement, 'holding'>, clock: Clock): Link {
  const holding = new Set<string>();
  let closed = false;
  const send = async (method: 'POST' | 'DELETE'): Promise<true> => {
    await client.host(method, { ...self, holding: [...holding] }, patienceMs);
    return true;
  };
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const announced = async () => {
    while (!closed) {
      if (await send('POST').catch(() => false)) return;
      await pause(retryMs);
    }
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

import type { Journal } from '../support/journal.ts';
import { type Credentials, keyLength, newCredentials } from './credentials.ts';

export interface Session extends Credentials {
  readonly functionName: string;
}

/** The temporary credentials that were given out. They outlast a restart: functions run on beside Local AWS. */
export interface Sessions {
  /** New ones, for a function that is about to run. */
  issue(functionName: string): Credentials;
  find(accessKeyId: string): Session | undefined;
  /** Whether it is a key of ours, of a session that is known or not. */
  isOurs(accessKeyId: string): boolean;
  /** Keeps them when everything else was forgotten. */
  restore(): void;
}

/** Temporary keys begin with ASIA at AWS, and people may come with their own. */
const prefix = 'ASIALOCAL';
/** Of one function: older ones belong to hosts that are long gone. */
const mostKept = 50;

export function createSessions(journal: Journal): Sessions {
  const kept = journal.table<Session>('iam-sessions');
  const byKey = new Map<string, Session>([...kept.entries()]);
  const forgetOldest = (functionName: string) => {
    const all = [...byKey.values()].filter((session) => session.functionName === functionName);
    for (const { accessKeyId } of all.slice(0, Math.max(0, all.length - mostKept))) {
      byKey.delete(accessKeyId);
      kept.delete(accessKeyId);
    }
  };
  return {
    issue(functionName) {
      const credentials = newCredentials(prefix);
      const session = { ...credentials, functionName };
      byKey.set(session.accessKeyId, session);
      kept.put(session.accessKeyId, session);
      forgetOldest(functionName);
      return credentials;
    },
    find: (accessKeyId) => byKey.get(accessKeyId),
    isOurs: (accessKeyId) => accessKeyId.startsWith(prefix) && accessKeyId.length === keyLength,
    restore() {
      for (const session of byKey.values()) kept.put(session.accessKeyId, session);
    },
  };
}

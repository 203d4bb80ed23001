import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal } from '../support/journal.ts';
import { createSessions } from './sessions.ts';

it('keeps what it gave out over a restart, so that functions run on', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sessions-'));
  const first = openJournal(join(directory, 'journal'));
  const sessions = createSessions(first);
  const { accessKeyId, sessionToken } = sessions.issue('api');
  first.reset();
  sessions.restore();
  first.close();

  const second = openJournal(join(directory, 'journal'));
  expect(createSessions(second).find(accessKeyId)).toMatchObject({ functionName: 'api', sessionToken });
  second.close();
  await rm(directory, { recursive: true });
});

it('gives out keys of Lambda’s form, all different, and forgets the oldest of a function alone', () => {
  const sessions = createSessions(openJournal());
  const other = sessions.issue('other');
  const keys = Array.from({ length: 60 }, () => sessions.issue('api').accessKeyId);
  expect(new Set(keys).size).toBe(60);
  for (const key of keys) expect(key).toMatch(/^ASIA[A-Z2-7]{16}$/);
  expect(sessions.find(keys[0]!)).toBeUndefined();
  expect(sessions.isOurs(keys[0]!)).toBe(true);
  expect(sessions.find(keys.at(-1)!)).toMatchObject({ functionName: 'api' });
  expect(sessions.find(other.accessKeyId)).toMatchObject({ functionName: 'other' });
  expect(sessions.isOurs('ASIAIOSFODNN7EXAMPLE')).toBe(false);
});

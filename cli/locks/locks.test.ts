import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen, startApi } from '../../test/support/api.ts';
import { momentOf } from './options.ts';

const main = fileURLToPath(new URL('../berth.mjs', import.meta.url));
const api = startApi();

let directory: string;
let server: Awaited<ReturnType<typeof listen>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-locks-'));
  server = await listen(api);
  const spec = { image: 'acme/shop:1' };
  const body = { environment: 'local', app: 'shop', service: 'web', spec };
  await api.ask({ method: 'POST', path: '/deployments', body });
  await api.settle();
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

const berth = (actor: string, ...args: readonly string[]) =>
  new Promise<Result>((resolve) => {
    const env = { PATH: process.env.PATH, BERTH_API: server.url, BERTH_ACTOR: actor, TZ: 'Asia/Kathmandu' };
    const child = execFile(process.execPath, [main, ...args], { cwd: directory, env }, (_, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: child.exitCode }),
    );
  });

test('locks and freezes are made, shown and taken away by the command line', async () => {
  const locked = await berth('ann', 'lock', 'web', '-m', 'incident 7');
  expect(locked).toMatchObject({ exitCode: 0, stderr: '' });
  expect(locked.stdout).toContain('shop-web is locked by ann: incident 7');
  const frozen = await berth('bob', 'freeze', '--for', '2h', '-m', 'Black Friday', '--json');
  const freeze = JSON.parse(frozen.stdout) as { id: string; until: string };
  expect(Date.parse(freeze.until)).toBeGreaterThan(Date.now() + 7_100_000);
  await berth('cat', 'lock', 'web', '-m', 'also', '--for', '1d');

  const status = await berth('ann', 'status', 'web');
  expect(status.stdout).toMatch(/local \(all\) is frozen by bob until .* Black Friday/);
  expect(status.stdout).toContain('shop-web is locked by ann: incident 7');
  const listed = await berth('ann', 'locks', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({
    items: [{ actor: 'bob' }, { actor: 'ann', service: 'shop-web' }, { actor: 'cat' }],
  });

  const unclear = await berth('dan', 'unlock', 'web');
  expect(unclear).toMatchObject({ exitCode: 9, stdout: '' });
  expect(unclear.stderr).toMatch(/which.*lock_.*ann: incident 7/s);
  const gone = await berth('dan', 'unlock', '--id', freeze.id, '--reason', 'over');
  expect(gone).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('the lock of bob is gone') });
  expect((await berth('dan', 'unlock', 'web', '--all')).exitCode).toBe(0);
  expect((await berth('dan', 'locks')).stdout).toBe('local is not locked.\n');
  expect((await berth('dan', 'unlock', 'web')).exitCode).toBe(9);
});

test.each([
  ['a freeze without an end', ['freeze', '-m', 'x'], /--until or --for/],
  ['a lock without a reason', ['lock', 'web'], /--message/],
  ['an end that is over', ['freeze', '-m', 'x', '--until', '2020-01-01'], /future/],
  ['an id that is none', ['unlock', '--id', 'ann'], /id of a lock/],
])('%s is bad input', async (_what, args, message) => {
  const result = await berth('ann', ...args);
  expect(result).toMatchObject({ exitCode: 2, stdout: '' });
  expect(result.stderr).toMatch(message);
});

test('a moment is read by the clock of this machine, or with its own zone', () => {
  expect(momentOf('2026-12-01T00:00+01:00')).toBe('2026-11-30T23:00:00.000Z');
  expect(momentOf('2026-12-01T00:00:30Z')).toBe('2026-12-01T00:00:30.000Z');
  expect(momentOf('2026-12-01')).toBe(new Date(2026, 11, 1).toISOString());
  for (const text of ['tomorrow', '2026-02-31', '2026-13-01', '2026-12-01T25:00', '1', ''])
    expect(() => momentOf(text)).toThrow(/Write a moment/);
});

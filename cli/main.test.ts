import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('./berth.mjs', import.meta.url));
/** A port of the discard service, where nothing of ours listens. */
const nowhere = 'http://127.0.0.1:9';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-cli-'));
  await writeFile(join(directory, 'berth.yaml'), 'app: shop\nservices:\n  web: { image: shop:1 }\n');
  await writeFile(join(directory, 'broken.yaml'), 'app: shop\nservices:\n  web: { imagee: shop:1 }\n');
});
afterAll(() => rm(directory, { recursive: true }));

interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

function berth(...args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { cwd: directory, env: { PATH: process.env.PATH } },
      (_error, stdout, stderr) => resolve({ stdout, stderr, exitCode: child.exitCode }),
    );
  });
}

const wrong: [what: string, args: string[], message: RegExp][] = [
  ['no command that is known', ['deplyo'], /unknown command.*deploy/s],
  ['an option that is not known', ['status', '--al'], /unknown option/],
  ['a missing argument', ['rollback'], /missing required argument/],
  ['a count that is not a number', ['scale', 'web', '1.5'], /whole number/],
  ['a count that is too large', ['scale', 'web', '5001'], /5000/],
  ['a release that is not a number', ['rollback', 'web', '--to', 'v1'], /whole number/],
  ['a duration without sense', ['logs', 'web', '--since', 'yesterday'], /duration/],
  ['a key that no header can carry', ['deploy', '--key', 'a\nb'], /--key.*visible ASCII/s],
  ['a port that is none', ['up', '--port', '99999'], /whole number/],
  ['a runtime that is none', ['up', '--runtime', 'podman'], /process, docker/],
  ['an environment with a slash', ['status', '-e', '../x'], /--environment/],
  ['an API that is no URL', ['status', '--api', 'localhost:1'], /not a URL/],
  ['an id that is none', ['why', 'dep_x'], /id of a deployment/],
  ['an id that is none, for approval', ['approve', 'dep_x'], /id of a deployment/],
  ['two deployments at once', ['promote', 'web', 'api'], /too many arguments/],
  ['a manifest that is not there', ['deploy', '-f', 'none.yaml'], /no such file/],
  ['a manifest with a mistake', ['deploy', '-f', 'broken.yaml'], /3:\d+ .*imagee.*did you mean "image"/s],
  ['a service that the manifest does not have', ['deploy', 'wbe'], /no service "wbe"/],
];

describe('bad input ends with 2 and says what to do', () => {
  test.concurrent.each(wrong)('%s', async (_what, args, message) => {
    const result = await berth(...args);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
  });

  test.each([
    ['of options', ['scale', 'web', '1.5']],
    ['of a manifest', ['deploy', '-f', 'broken.yaml']],
  ])('and with --json that is one document: %s', async (_what, args) => {
    const result = await berth(...args, '--json');
    expect(result).toMatchObject({ exitCode: 2, stderr: '' });
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { exit: 'badInput', code: 2 } });
  });
});

test('an API that does not answer ends with 7', async () => {
  const result = await berth('status', '--api', nowhere, '--json');
  expect(result.exitCode).toBe(7);
  expect(JSON.parse(result.stdout)).toMatchObject({ error: { exit: 'unreachable', code: 7 } });
});

test('what answers but is not Berth ends with 7, too', async () => {
  const server = createServer((_request, response) => response.end('<html>hello</html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const result = await berth('status', '--api', `http://127.0.0.1:${port}`);
  server.close();
  expect(result).toMatchObject({
    exitCode: 7,
    stderr: expect.stringContaining('does not speak as Berth does'),
  });
});

test('help and version end with 0 on standard output', async () => {
  const [help, version] = await Promise.all([berth('--help'), berth('--version')]);
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  expect(help.stdout).toContain('Exit codes:');
  expect(help.stdout).toMatch(/^ +3 {2}the deployment was rolled back$/m);
  expect(version).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test('a port that is in use is told, and who uses it', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const result = await berth('up', '--port', String(port));
  server.close();
  expect(result.exitCode).toBe(9);
  expect(result.stderr).toContain(`port ${port} is in use`);
  expect(result.stderr).toContain('Another program');
});

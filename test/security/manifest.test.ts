import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../cli/failure.ts';
import { loadManifest } from '../../cli/manifest/load.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-manifest-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function load(text: string | Uint8Array) {
  const file = join(directory, 'berth.yaml');
  await writeFile(file, text);
  return loadManifest(file);
}

const withWeb = (lines: string) =>
  `app: shop\nservices:\n  web:\n    image: acme/shop:1\n    port: 8080\n${lines}`;
const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 12 }, (_, n) => {
    const [from, to] = [String.fromCharCode(97 + n), String.fromCharCode(98 + n)];
    return `${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(', ')}]`;
  }),
].join('\n');

describe('a berth.yaml that means harm, or is a mistake', () => {
  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['a list', '- app: shop'],
    ['a text', 'just words'],
    ['two documents', `${withWeb('')}---\n${withWeb('')}`],
    ['an alias bomb', `${bomb}\n${withWeb('')}`],
    ['a key twice', withWeb('    port: 8081\n')],
    ['a prototype', withWeb('    __proto__: { image: x }\n')],
    ['a tag that constructs', withWeb('    command: !!js/function "x"\n')],
    ['a merge of something else', withWeb('    <<: *nothing\n')],
    ['tabs', withWeb('\tcount: 1\n')],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00, 0x80])],
    ['ten megabytes', `# ${'x'.repeat(10 * 1024 * 1024)}\n${withWeb('')}`],
    ['a literal secret', withWeb('    environment: { API_KEY: hunter2 }\n')],
    ['a shell', withWeb('    run: node x; rm -rf /\n')],
    ['a count that is octal nonsense', withWeb('    count: 1.5\n')],
    ['a size that Fargate does not have', withWeb('    memory: 4096\n')],
    ['100/100', withWeb('    deploy: { maximumPercent: 100 }\n')],
    ['one task at 100/150', withWeb('    count: 1\n    deploy: { maximumPercent: 150 }\n')],
    [
      'a step to everything',
      withWeb('    deploy: { strategy: canary, steps: [{ traffic: 100%, for: 5m }] }\n'),
    ],
    [
      'a step of no number',
      withWeb('    deploy: { strategy: canary, steps: [{ traffic: .nan, for: 5m }] }\n'),
    ],
    [
      'ten thousand steps',
      withWeb(`    deploy: { strategy: canary, steps: [${'{ traffic: 5, for: 5m }, '.repeat(10_000)}] }\n`),
    ],
    ['a step for ever', withWeb('    deploy: { strategy: canary, steps: [{ traffic: 5%, for: .inf }] }\n')],
    [
      'a webhook that reads files',
      withWeb('    deploy: { gates: { webhooks: [{ name: a, url: "file:///etc/passwd" }] } }\n'),
    ],
    [
      'a webhook with a password',
      withWeb('    deploy: { gates: { webhooks: [{ name: a, url: "https://me:hunter2@x.example" }] } }\n'),
    ],
    [
      'a zone with a path',
      withWeb(
        '    deploy: { gates: { windows: [{ from: "09:00", to: "10:00", zone: ../../etc/localtime }] } }\n',
      ),
    ],
    [
      'a metric with an escape',
      withWeb(
        '    deploy: { strategy: canary, judge: { metrics: { a: { namespace: N, metric: "\\u001b[2J", atMost: 2x } } } }\n',
      ),
    ],
    [
      'a judge with a prototype',
      withWeb('    deploy: { strategy: canary, judge: { __proto__: { dryRun: true } } }\n'),
    ],
    [
      'a job that is the prototype',
      `${withWeb('    deploy: { before: [constructor] }\n')}jobs: { a: { command: x } }\n`,
    ],
    [
      'a job by a shell',
      `${withWeb('    deploy: { before: [a] }\n')}jobs: { a: { command: "x; rm -rf /" } }\n`,
    ],
    [
      'a job longer than ECS takes',
      `${withWeb('    deploy: { before: [a] }\n')}jobs: { a: { command: [x, "${'y'.repeat(7000)}"] } }\n`,
    ],
    ['needs of the prototype', withWeb('    needs: [constructor]\n')],
    ['needs of itself', withWeb('    needs: [web]\n')],
    ['a name with a path', 'app: ../shop\nservices: { web: { image: x } }'],
    ['a name with an escape', 'app: "\\u001b[2J"\nservices: { web: { image: x } }'],
  ])('%s', async (_, text) => {
    const failure: unknown = await load(text).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(Failure);
    expect(failure).toMatchObject({ exit: 'badInput' });
    expect(JSON.stringify(failure)).not.toContain('hunter2');
  });

  it('any text at all is read or refused', async () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('app: shop', 'services:', '  web: {}', '&a', '*a', '? x'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const outcome: unknown = await load(lines.join('\n')).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(Failure);
      }),
      { numRuns: 200 },
    );
  });
});

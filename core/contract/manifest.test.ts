import { describe, expect, it } from 'vitest';
import { contentHash, toDesired } from './desired.ts';
import { type Manifest, parseManifest } from './manifest.ts';

const web = { image: 'ghcr.io/acme/shop:1.4.2', port: 8080 };
const withWeb = (service: object) => ({ app: 'shop', services: { web: { ...web, ...service } } });

function accepted(value: unknown): Manifest {
  const parsed = parseManifest(value);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

const faults = (value: unknown) => {
  const parsed = parseManifest(value);
  return parsed.ok ? [] : parsed.errors.map(({ path, detail }) => `${path}: ${detail}`);
};

describe('a manifest that says little', () => {
  it('gets every default', () => {
    expect(accepted(withWeb({ health: { path: '/healthz' } })).services.web).toEqual({
      image: 'ghcr.io/acme/shop:1.4.2',
      port: 8080,
      cpu: 256,
      memory: 512,
      health: { path: '/healthz', interval: 10, healthy: 2, unhealthy: 2, grace: 60 },
      environment: {},
      secrets: {},
      deploy: {
        strategy: 'rolling',
        timeout: 900,
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        circuitBreaker: true,
      },
    });
  });

  it('becomes a release and settings in units of ECS', () => {
    const { web: service } = accepted(
      withWeb({
        run: 'node server.mjs --name "two words"',
        cpu: '0.5 vCPU',
        memory: '1GB',
        health: { path: '/healthz', interval: '5s' },
        environment: { LEVEL: 3, DEBUG: false, NAME: 'x' },
        secrets: { DATABASE_URL: 'shop/database-url' },
        count: 2,
        deploy: { timeout: '10m' },
      }),
    ).services;
    expect(toDesired(service!, { local: true, directory: '/srv/shop' })).toEqual({
      spec: {
        image: 'ghcr.io/acme/shop:1.4.2',
        run: ['node', 'server.mjs', '--name', 'two words'],
        directory: '/srv/shop',
        cpuUnits: 512,
        memoryMiB: 1024,
        port: 8080,
        health: {
          path: '/healthz',
          intervalSeconds: 5,
          timeoutSeconds: 4,
          healthyCount: 2,
          unhealthyCount: 2,
          graceSeconds: 60,
        },
        environment: { LEVEL: '3', DEBUG: 'false', NAME: 'x' },
        secrets: { DATABASE_URL: 'shop/database-url' },
      },
      settings: {
        listen: 8080,
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        circuitBreaker: true,
        timeoutSeconds: 600,
      },
      count: 2,
      course: {
        strategy: 'rolling',
        steps: [],
        bakeSeconds: 0,
        gates: { windows: [], webhooks: [] },
        before: [],
        after: [],
      },
    });
  });
});

describe('where containers run', () => {
  const { web: service } = accepted(withWeb({ run: 'node server.mjs' })).services;

  it('`run` and the directory are no part of the release, so its hash is the same on every machine', () => {
    const there = toDesired(service!, { local: false, directory: '/home/one' });
    const elsewhere = toDesired(service!, { local: false, directory: '/home/other' });
    expect(there.spec).not.toHaveProperty('run');
    expect(contentHash(there.spec)).toBe(contentHash(elsewhere.spec));
  });

  it('hashes do not depend on the order of keys, but on every value', () => {
    const { spec } = toDesired(service!, { local: false });
    const turned = Object.fromEntries(Object.entries(spec).reverse()) as typeof spec;
    expect(contentHash(turned)).toBe(contentHash(spec));
    expect(contentHash({ ...spec, environment: { A: '1' } })).not.toBe(contentHash(spec));
  });

  it('a health command has the form of ECS without its first word', () => {
    const commands = [['CMD', 'check', 'it'], ['CMD-SHELL', 'check it'], 'check it'].map((command) => {
      const { web: checked } = accepted(withWeb({ health: { command } })).services;
      return toDesired(checked!, { local: false }).spec.health;
    });
    expect(commands).toMatchObject([
      { command: ['check', 'it'] },
      { command: ['/bin/sh', '-c', 'check it'] },
      { command: ['check', 'it'] },
    ]);
  });
});

describe('a manifest that is wrong', () => {
  it.each<[string, unknown, string | RegExp]>([
    ['nothing', undefined, ': is missing'],
    ['a list', [], ': has to be an object'],
    ['no services', { app: 'shop', services: {} }, '/services: has to hold at least one service'],
    ['a bad name', { app: 'Shop', services: { web } }, /^\/app: has to begin with a lower-case letter/],
    ['a bad service name', { app: 'shop', services: { 'a b': web } }, /^\/services\/a b: as a name/],
    [
      'a job with a schedule',
      { ...withWeb({}), jobs: { report: { command: 'node report.mjs', schedule: 'daily' } } },
      '/jobs/report/schedule: "schedule" is not supported yet: a job runs before or after a deployment',
    ],
    ['queues', { ...withWeb({}), queues: {} }, /^\/queues: "queues" is not supported yet/],
    ['scale', withWeb({ scale: {} }), /^\/services\/web\/scale: "scale" is not supported yet/],
    [
      'a strategy that is none',
      withWeb({ deploy: { strategy: 'big-bang' } }),
      /^\/services\/web\/deploy\/strategy: has to be "rolling" or "blue_green" or "linear" or "canary"/,
    ],
    [
      'a need of nobody',
      withWeb({ needs: ['db'] }),
      '/services/web/needs/0: names "db", which is no service of this manifest; it has web',
    ],
    [
      'needs in a circle',
      {
        app: 'shop',
        services: {
          web: { ...web, needs: ['api'] },
          api: { image: 'a', needs: ['db'] },
          db: { image: 'd', needs: ['web'] },
        },
      },
      '/services/api/needs: goes in a circle, api → db → web → api: none of them could be the first',
    ],
    [
      'a misspelt key',
      withWeb({ helth: {} }),
      '/services/web/helth: there is no key "helth"; did you mean "health"?',
    ],
    ['a prototype', withWeb({ constructor: 1 }), /^\/services\/web\/constructor: there is no key/],
    ['no image', { app: 'a', services: { b: {} } }, /^\/services\/b: has to have an `image`/],
    [
      'a bad image',
      withWeb({ image: 'UPPER CASE' }),
      /^\/services\/web\/image: has to be the reference of an image/,
    ],
    ['a long image', withWeb({ image: 'a'.repeat(256) }), /^\/services\/web\/image: may be at most 255/],
    ['port 0', withWeb({ port: 0 }), /^\/services\/web\/port: has to be a port/],
    ['port 65536', withWeb({ port: 65_536 }), /^\/services\/web\/port: has to be a port/],
    ['listen alone', withWeb({ port: undefined, listen: 80 }), /^\/services\/web\/listen: needs `port`/],
    ['cpu', withWeb({ cpu: 300 }), /^\/services\/web\/cpu: Fargate has no 300 CPU units; it has 256, 512/],
    [
      'memory',
      withWeb({ cpu: 256, memory: 4096 }),
      '/services/web/memory: Fargate has no 256 CPU units with 4096 MiB; with 256 go 512, 1024, 2048 MiB',
    ],
    ['61 GB', withWeb({ cpu: 32_768, memory: '61GB' }), /^\/services\/web\/memory: Fargate has no 32768/],
    ['half a MiB', withWeb({ memory: 512.5 }), /^\/services\/web\/memory: has to be a memory size/],
    ['count -1', withWeb({ count: -1 }), /^\/services\/web\/count: may not be negative/],
    ['count 1.5', withWeb({ count: 1.5 }), /^\/services\/web\/count: has to be a whole number/],
    ['count 1e9', withWeb({ count: 1e9 }), /^\/services\/web\/count: may be at most 5000/],
    [
      'interval 4',
      withWeb({ health: { path: '/', interval: 4 } }),
      /interval: has to be a duration between 5s and 5m/,
    ],
    ['retries 11', withWeb({ health: { path: '/', unhealthy: 11 } }), /unhealthy: may be at most 10/],
    [
      'slow check',
      withWeb({ health: { path: '/', timeout: 10 } }),
      /timeout: has to be shorter than the interval/,
    ],
    ['no check', withWeb({ health: {} }), /health: has to have either `path`/],
    ['two checks', withWeb({ health: { path: '/', command: 'x' } }), /health: has to have either `path`/],
    ['rm -rf', withWeb({ health: { command: ['rm -rf'] } }), /command: is one word with blanks in it/],
    [
      'path unreachable',
      withWeb({ listen: false, health: { path: '/' } }),
      /health\/path: is asked by the load balancer/,
    ],
    ['a shell', withWeb({ run: 'a && b' }), /run: holds a shell operator.*\["sh", "-c", "a && b"\]/],
    ['a variable', withWeb({ run: 'node $FILE' }), /run: holds a variable/],
    ['an assignment', withWeb({ run: 'A=1 node x' }), /run: holds an assignment/],
    ['an open quote', withWeb({ run: 'node "x' }), /run: has a quotation mark that is never closed/],
    ['an empty command', withWeb({ run: '  ' }), /run: has to name a program/],
    ['a NUL', withWeb({ run: ['node', 'a\0b'] }), /run/],
    ['a bad variable', withWeb({ environment: { '1A': 'x' } }), /environment\/1A: as a name/],
    [
      'an object',
      withWeb({ environment: { A: {} } }),
      /environment\/A: has to be text, a number, true or false/,
    ],
    [
      'a bad secret',
      withWeb({ secrets: { A: 'postgres://u:p@host/db' } }),
      /secrets\/A: has to name a secret/,
    ],
    [
      'both',
      withWeb({ environment: { A: 'x' }, secrets: { A: 'shop/a' } }),
      /secrets\/A: stands in `environment` too/,
    ],
    [
      '59 seconds',
      withWeb({ deploy: { timeout: '59s' } }),
      /timeout: has to be a duration between 1m and 1d/,
    ],
    [
      'a maximum of 99',
      withWeb({ deploy: { maximumPercent: 99 } }),
      /maximumPercent: has to be at least 100/,
    ],
    [
      'a minimum of -1',
      withWeb({ deploy: { minimumHealthyPercent: -1 } }),
      /minimumHealthyPercent: has to be at least 0/,
    ],
    [
      '100/100',
      withWeb({ deploy: { maximumPercent: 100 } }),
      /deploy: .* at least ceil\(1 × 100 %\) = 1 have to run and at most floor\(1 × 100 %\) = 1 may/,
    ],
    [
      'one task at 100/150',
      withWeb({ count: 1, deploy: { maximumPercent: 150 } }),
      /deploy: a deployment of 1 task could never move.*floor\(1 × 150 %\) = 1/,
    ],
    [
      'one port twice',
      { app: 'shop', services: { web, admin: web } },
      '/services/admin/listen: port 8080 of the load balancer is taken by "web": give this service another `listen`',
    ],
  ])('%s', (_, value, expected) => {
    const found = faults(value);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  it.each(['API_KEY', 'GITHUB_TOKEN', 'client_secret', 'DB_PASSWORD', 'PGPASSWORD', 'TOKEN'])(
    'a value for %s, which looks like a secret',
    (name) => {
      expect(faults(withWeb({ environment: { [name]: 'hunter2' } }))).toEqual([
        expect.stringMatching(/looks like a secret.*write secrets: \{/),
      ]);
    },
  );

  it('names no value that may be a secret', () => {
    const found = faults(withWeb({ environment: { API_KEY: 'hunter2' }, secrets: { B: 'hunter2 hunter2' } }));
    expect(found.join()).not.toContain('hunter2');
  });

  it('tells all faults at once, but not without end', () => {
    const services = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`s${n}`, { image: 'X' }]));
    expect(faults({ app: 'shop', services })).toHaveLength(25);
  });
});

describe('what only looks wrong', () => {
  it.each<[string, object]>([
    ['no tasks at 100/150', { count: 0, deploy: { maximumPercent: 150 } }],
    ['two tasks at 100/150', { count: 2, deploy: { maximumPercent: 150 } }],
    ['one task at 0/100', { count: 1, deploy: { minimumHealthyPercent: 0, maximumPercent: 100 } }],
    ['a count left to the service at 100/150', { deploy: { maximumPercent: 150 } }],
    ['a pinned image', { image: `registry.example:5000/a/b:1@sha256:${'a'.repeat(64)}` }],
    ['quoted operators', { run: 'node -e "a && b"' }],
    ['a list that names a shell', { run: ['sh', '-c', 'a && b'] }],
    ['a worker', { port: undefined }],
    ['not behind the load balancer', { listen: false }],
    [
      'an ARN',
      { secrets: { A: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:shop/db-Ab12Cd:url::' } },
    ],
    ['a parameter', { secrets: { A: '/shop/db' } }],
    ['a key that is public', { environment: { KEY_ID: 'x', MONKEY: 'y' } }],
    ['244 GB', { cpu: '32 vCPU', memory: '244GB' }],
  ])('%s', (_, service) => {
    expect(faults(withWeb(service))).toEqual([]);
  });
});

describe('what is too large to be run or remembered', () => {
  it('is refused before anything is written down', () => {
    const secrets = Object.fromEntries(
      Array.from({ length: 200 }, (_, place) => [`V${place}`, `a/${'b'.repeat(500)}`]),
    );
    expect(faults(withWeb({ secrets }))).toEqual([
      expect.stringMatching(/^\/services\/web: takes \d+ bytes and may take 60000/),
    ]);
    const command = ['check', 'x'.repeat(5000)];
    expect(faults(withWeb({ health: { command } }))).toEqual([
      expect.stringMatching(/^\/services\/web\/health\/command: makes the health check \d+ bytes long/),
    ]);
  });
});

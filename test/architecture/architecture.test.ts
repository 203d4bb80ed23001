import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  circles,
  dead,
  forbiddenImports,
  hiddenEnvironments,
  impureDecisions,
  missingDeciders,
  oversized,
} from './rules.ts';
import { readSources, type Source } from './source.ts';
import { machineBound, trackedFiles } from './text.ts';

const root = resolve(import.meta.dirname, '../..');

/** What was found, a line each, so that a failure reads as a list of what to do. */
const nothing = (found: readonly string[]) => expect(found.join('\n')).toBe('');

describe('the project', () => {
  const sources = readSources(root, join(import.meta.dirname, 'tsconfig.json'));

  it('was read', () => {
    const paths = sources.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['core/kernel/reconcile.ts', 'sst.config.ts']));
    expect(paths.filter((path) => path.startsWith('.'))).toEqual([]);
  });
  it('imports only downwards, as ARCHITECTURE.md says', () => nothing(forbiddenImports(sources)));
  it('imports nothing in a circle', () => nothing(circles(sources)));
  it('decides in pure functions', () => nothing([...impureDecisions(sources), ...missingDeciders(sources)]));
  it('reads the environment in one place', () => nothing(hiddenEnvironments(sources)));
  it('has files and functions that can be read in one go', () => nothing(oversized(sources)));
  it('has no dead files', () => nothing(dead(sources)));
  it('names no path of one machine and no registry', () => nothing(machineBound(trackedFiles(root))));
});

/** Each breaks one rule, so that it is known that the rules can fail. */
const planted: Readonly<Record<string, string>> = {
  'tsconfig.json':
    '{ "compilerOptions": { "module": "nodenext", "noEmit": true, "allowImportingTsExtensions": true } }',
  'core/kernel/loop.ts': "import { decide } from '../jobs/decide.ts';\nexport const loop = decide;",
  'core/jobs/decide.ts':
    "import { helper } from './helper.ts';import type { Port } from './port.ts';\nexport const port: Port = {};export const decide = (process: { Date: 1 }) => helper(process.Date) + Math.random() + new Date(Date.parse('2026')).getTime() + new Date().getTime();",
  'core/jobs/helper.ts':
    "import { statSync } from 'node:fs';\nexport const helper = (at: number) => at + Date.now() + statSync('.').size;\nexport const wait = async () => await null;",
  'core/jobs/port.ts': 'export interface Port { later?(): Promise<void> }',
  'core/jobs/rules.ts': 'export const rules = 1;',
  'core/jobs/model.ts': 'export type Job = 1;',
  'core/other/use.ts':
    "import type { Job } from '../jobs/model.ts';\nexport * from '../jobs/rules.ts';\nexport const job: Job = 1;",
  'core/round/one.ts': "import { other } from './other.ts';\nexport const one = () => other();",
  'core/round/other.ts':
    "import { one } from './one.ts';\nimport type { Job } from '../jobs/model.ts';\nexport const other = (): Job | unknown => one;",
  'core/unused.ts': 'export const unused = process.env;',
  'local/spy.ts': "export const spy = () => import('../core/jobs/rules.ts');",
  'local/main.ts': "export const child = './child.ts';",
  'local/child.ts': 'export const child = 1;',
  'functions/long.ts': `export function long() {\n${'  void 0;\n'.repeat(70)}}\n${'// on and on\n'.repeat(300)}`,
};

describe('the rules', () => {
  let folder: string;
  let sources: Source[];
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'berth-architecture-')));
    for (const [path, text] of Object.entries(planted)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    sources = readSources(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const places = (found: readonly string[]) =>
    found.map((line) => line.split(': ')[0]?.split(' (')[0]).sort();

  it('find imports that go the wrong way, however they are written', () => {
    expect(places(forbiddenImports(sources))).toEqual([
      'core/kernel/loop.ts:1 imports core/jobs/decide.ts',
      'core/other/use.ts:2 imports core/jobs/rules.ts',
      'local/spy.ts:1 imports core/jobs/rules.ts',
    ]);
  });

  it('find what makes a decision impure, in what it uses too, and nothing else', () => {
    expect(places(impureDecisions(sources))).toEqual([
      'core/jobs/decide.ts:2 uses Date',
      'core/jobs/decide.ts:2 uses Math.random',
      'core/jobs/decide.ts:2 uses process',
      'core/jobs/helper.ts:1 imports node:fs',
      'core/jobs/helper.ts:2 uses Date',
      'core/jobs/helper.ts:3 uses async',
      'core/jobs/helper.ts:3 uses await',
    ]);
  });

  it('find imports that go round in a circle', () => {
    const found = circles(sources).map((line) => line.split(',')[0]);
    expect(found.sort()).toEqual([
      'core/round/one.ts:1 imports core/round/other.ts',
      'core/round/other.ts:1 imports core/round/one.ts',
    ]);
  });

  it('find deciders that are named and not there', () => {
    expect(missingDeciders(sources)).toContainEqual(expect.stringContaining('place.ts is not there'));
  });

  it('find hidden environments, long files, long functions and dead files', () => {
    expect(places(hiddenEnvironments(sources))).toContain('core/unused.ts:1 uses process');
    expect(oversized(sources).map((line) => line.split(', more')[0])).toEqual([
      'functions/long.ts has 372 lines',
      'functions/long.ts:1 long has 72 lines',
    ]);
    const found = dead(sources).join('\n');
    expect(found).toMatch(/core\/unused\.ts is used by nothing/);
    expect(found).not.toMatch(/local\/child|functions\/long/);
  });

  it('find what holds on one machine only', () => {
    const text = [
      'import "../../work/x"',
      `const home = '/${'home'}/ann/berth';`,
      `https://${'registry'}.npmjs.org/x`,
    ];
    expect(machineBound([{ path: 'a.ts', text: text.join('\n') }]).map((line) => line.split(' ')[0])).toEqual(
      ['a.ts:2', 'a.ts:3'],
    );
  });
});

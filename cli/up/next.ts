import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { home, shop } from './layout.ts';

/** Commands to try next, in another terminal where `up` was called, that work as they are. */
export function nextCommands(context: Context, data: string): [command: string, meaning: string][] {
  // The CLI finds the API by itself where `up` keeps its data in the usual place.
  const api = data === join(context.directory, '.berth') ? [] : ['--api', context.api];
  const berth = (...words: string[]) =>
    [...program(context.directory), ...words, ...api].map(quoted).join(' ');
  const deploy = (release: string) =>
    berth('deploy', '-f', relative(context.directory, join(shop, `${release}.yaml`)), 'web', '--wait');
  return [
    [berth('status'), 'what runs'],
    [deploy('v2'), 'a better release'],
    [deploy('crash'), 'one that crashes on start: it is rolled back'],
    [berth('why', 'shop-web'), 'every decision, and its reason'],
    [berth('logs', 'shop-web', '-f'), 'what the tasks write'],
    [berth('rollback', 'shop-web', '--wait'), 'go back to the release before'],
  ];
}

/** npx finds `berth` where it is installed, and in its own checkout. */
function program(directory: string): string[] {
  const installed =
    resolve(directory) === resolve(home) || existsSync(join(directory, 'node_modules', '.bin', 'berth'));
  return installed ? ['npx', 'berth'] : ['node', relative(directory, join(home, 'cli', 'berth.mjs'))];
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const platform = join(root, '.sst/platform');
/** SST writes it when everything else is there. */
const lock = join(root, '.sst/provider-lock.json');
const bin = join(root, 'node_modules/.bin');
const patienceMs = 300_000;
const maxTries = 3;

/**
 * Has SST lay its components and their types into `.sst/platform`, where the stack's tests and its type check find
 * them, unless those of this version are there. Needs the npm registry: no engine, no account, no telemetry.
 */
export async function ensurePlatform(): Promise<void> {
  const wanted = JSON.parse(readFileSync(join(root, 'node_modules/sst/package.json'), 'utf8')).version;
  if (existsSync(lock) && versionThere() === wanted) return;
  console.log(`Installing the platform of SST ${wanted} into .sst (once; about a minute)…`);
  await rm(platform, { recursive: true, force: true });
  await rm(lock, { force: true });
  await mkdir(join(root, '.cache/sst'), { recursive: true });
  let output = '';
  for (let tries = 0; tries < maxTries; tries += 1) {
    output = await install();
    if (existsSync(lock)) return;
  }
  throw new Error(
    `SST's platform could not be installed, and without it the infrastructure can be neither type-checked nor ` +
      `tested. It comes from the npm registry: can that be reached? SST said:\n${output.replaceAll('\\n', '\n').trim().slice(-1500)}`,
  );
}

function versionThere(): string | undefined {
  const file = join(platform, 'version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Answers what SST said, once it has ended. */
function install(): Promise<string> {
  const child = spawn(join(bin, 'sst'), ['install', '--stage', 'dev', '--print-logs'], {
    cwd: root,
    timeout: patienceMs,
    env: { ...withoutScript(process.env), ...quietly, PATH: `${bin}${delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}

const quietly = {
  SST_SKIP_DEPENDENCY_CHECK: '1',
  SST_NO_BUN: '1',
  SST_TELEMETRY_DISABLED: '1',
  XDG_CONFIG_HOME: join(root, '.cache/sst'),
  // Nothing of what is fetched has to run to be looked at.
  npm_config_ignore_scripts: 'true',
  npm_config_omit: 'dev',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  // It is all tried again instead: npm's own tries take minutes to tell that there is no registry.
  npm_config_fetch_retries: '0',
};

/** What npm tells a script of the package that it runs for would mislead the npm that SST calls. */
const withoutScript = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^npm_(?:package|lifecycle|config_local_prefix)/.test(name),
    ),
  );

if (import.meta.main) {
  try {
    await ensurePlatform();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const BUSYBOX_PLACES = ['/bin/busybox', '/usr/bin/busybox'];
const APPLETS = ['sh', 'cat', 'echo', 'env', 'kill', 'ls', 'ps', 'sleep', 'test', 'true', 'wget'];

/** Fills `directory` with a root file system: the Node that runs this, a shell, and their libraries. */
export async function gatherRootFileSystem(directory: string): Promise<void> {
  await put(directory, process.execPath, '/usr/local/bin/node');
  const busybox = BUSYBOX_PLACES.find(existsSync);
  await put(directory, busybox ?? '/bin/sh', busybox ? '/bin/busybox' : '/bin/sh');
  if (busybox) await Promise.all(APPLETS.map((name) => symlink('busybox', join(directory, 'bin', name))));
  const libraries = new Set([
    ...(await librariesOf(process.execPath)),
    ...(await librariesOf(busybox ?? '/bin/sh')),
  ]);
  for (const library of libraries) await put(directory, library, library);
  await mkdir(join(directory, 'tmp'), { mode: 0o1777 });
  await mkdir(join(directory, 'etc'));
  await writeFile(join(directory, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n');
}

/** Paths of the shared libraries and the loader that `program` needs; none for a static one. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program]).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!);
}

async function put(directory: string, from: string, to: string): Promise<void> {
  const target = join(directory, to);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(await realpath(from), target, constants.COPYFILE_FICLONE);
}

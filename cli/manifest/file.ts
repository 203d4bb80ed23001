import { open, stat } from 'node:fs/promises';
import { Failure } from '../failure.ts';

export const maximumManifestBytes = 256 * 1024;

/** The text of a manifest file. Throws a `Failure` that says what to do when it is not a small UTF-8 file. */
export async function readManifestFile(path: string): Promise<string> {
  const unreadable = (error: NodeJS.ErrnoException): never => {
    throw new Failure('badInput', `cannot read ${path}: ${reasonOf(error)}`, {
      advice: 'Name the manifest with -f, or run berth where berth.yaml is.',
    });
  };
  // Looked at before it is opened: opening a pipe would wait for its writer.
  if (!(await stat(path).catch(unreadable)).isFile()) throw new Failure('badInput', `${path} is not a file`);
  const file = await open(path, 'r').catch(unreadable);
  try {
    const buffer = Buffer.alloc(maximumManifestBytes + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > maximumManifestBytes) {
      throw new Failure('badInput', `${path} is larger than ${maximumManifestBytes / 1024} KiB`, {
        advice: 'A manifest describes one application; split it, or check that this is the right file.',
      });
    }
    return decoded(buffer.subarray(0, bytesRead), path);
  } finally {
    await file.close();
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'there is no such file';
  return error.code === 'EACCES' ? 'it may not be read' : (error.code ?? error.message);
}

function decoded(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure('badInput', `${path} is not UTF-8 text`, { advice: 'Save it as UTF-8.' });
  }
}

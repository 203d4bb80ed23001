import { createHash } from 'node:crypto';

/**
 * A file name for a name that came from outside: a readable head and a hash of the whole.
 *
 * Two names never share a file, and no name reaches outside its folder: `../../etc/passwd` becomes
 * `etc_passwd-…`.
 */
export function fileNameOf(name: string): string {
  const head = name
    .replace(/[^A-Za-z0-9-]+/g, '_')
    .replace(/^[_-]+/, '')
    .slice(0, 60);
  return `${head}-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
}

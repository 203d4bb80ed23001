import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Reads objects of S3 from a folder of this machine, `<folder>/<bucket>/<key>`. They are read anew each time, so that
 * a developer's change counts for the next task.
 */
export function objectsIn(folder: string): (arn: string) => string | undefined {
  return (arn) => {
    const [, bucket = '', key = ''] = /^arn:[\w-]+:s3:::([^/]+)\/(.+)$/.exec(arn) ?? [];
    const file = join(folder, bucket, key);
    // No key leads out of the folder.
    if (bucket === '' || relative(folder, file).startsWith('..')) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
  };
}

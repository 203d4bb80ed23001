import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload, type SourceOrigin } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

type Find = (frame: NodeJS.CallSite) => SourceOrigin | undefined;

/**
 * Has stack traces tell of the sources that a bundle was made of. The source map is read by the first who looks at a
 * stack: Node's own `--enable-source-maps` reads it with the bundle, which takes longer than the bundle itself.
 */
export function tellOrigins(bundle: string): void {
  const url = pathToFileURL(bundle).href;
  let find: Find | undefined;
  Error.prepareStackTrace = (error, frames) => {
    find ??= originsOf(bundle);
    const places = frames.map((frame) =>
      frame.getScriptNameOrSourceURL() === url ? find?.(frame) : undefined,
    );
    const lines = places.map((place, index) => {
      if (!place) return `\n    at ${frames[index]}`;
      const file = resolve(dirname(bundle), place.fileName);
      const where = `${file}:${place.lineNumber}:${place.columnNumber}`;
      // What a function is called stands where it is called.
      const name = places[index + 1]?.name;
      return `\n    at ${name ? `${name} (${where})` : where}`;
    });
    return `${titleOf(error)}${lines.join('')}`;
  };
}

/** Finds nothing where the bundle has no such map: a trace of the bundle itself is better than none. */
function originsOf(bundle: string): Find {
  try {
    const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as SourceMapPayload);
    return (frame) => {
      const origin = map.findOrigin(frame.getLineNumber() ?? 0, frame.getColumnNumber() ?? 0);
      return 'fileName' in origin ? origin : undefined;
    };
  } catch {
    return () => undefined;
  }
}

/** As an error tells itself, unless it throws over that. */
function titleOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { AwsError } from './service.ts';

/** What of a body was read: all of it, or why not. */
export type BodyRead =
  | { readonly state: 'whole'; readonly body: Buffer }
  /** `drained` tells whether the sender has finished, so that it will read our answer on this connection. */
  | { readonly state: 'too-large'; readonly drained: boolean }
  | { readonly state: 'too-slow' }
  | { readonly state: 'aborted' };

const patienceMs = 10_000;
/** How much of a refused body is read and thrown away, for a sender reads the answer only after sending. */
const drainBytes = 32 * 1024 * 1024;

const empty = Buffer.alloc(0);

/** Reads a request's body into memory, at most `limitBytes` of it, for at most ten seconds. */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<BodyRead> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => finish({ state: 'too-slow' }), patienceMs);
    let isOver = false;
    const finish = (read: BodyRead) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      request.off('data', take);
      resolve(read);
    };
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) chunks.push(chunk);
      else if (bytes > limitBytes + drainBytes) finish({ state: 'too-large', drained: false });
      else chunks.length = 0;
    };
    request.on('data', take);
    request.on('end', () => {
      if (bytes > limitBytes) finish({ state: 'too-large', drained: true });
      else finish({ state: 'whole', body: joined(chunks) });
    });
    request.on('error', () => finish({ state: 'aborted' }));
    request.on('close', () => finish({ state: 'aborted' }));
  });
}

/** The most that a compressed body may become. */
const inflatedBytes = 10 * 1024 * 1024;

/** The body as it was before the sender compressed it, as SDKs do with large ones. */
export function inflated(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: inflatedBytes });
  } catch {
    throw new AwsError(
      'SerializationException',
      'The body is not whole, valid gzip of a size that is taken.',
    );
  }
}

function joined(chunks: readonly Buffer[]): Buffer {
  if (chunks.length === 0) return empty;
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

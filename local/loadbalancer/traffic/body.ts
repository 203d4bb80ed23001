import type { IncomingMessage } from 'node:http';

const mostKeptBytes = 64 * 1024;
const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Methods that may be repeated without asking (RFC 9110, 9.2.2). */
export function isIdempotent(request: IncomingMessage): boolean {
  return idempotentMethods.has(request.method ?? '');
}

/**
 * The body of an idempotent request, when it is small enough to be sent again; undefined when it must be
 * streamed. Rejects when the client goes away while sending.
 */
export async function keptBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (!isIdempotent(request) || request.headers['transfer-encoding']) return undefined;
  const length = Number(request.headers['content-length'] ?? 0);
  if (length === 0) return Buffer.alloc(0);
  if (length > mostKeptBytes) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

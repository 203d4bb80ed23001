import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../child.ts';

/**
 * What Node itself can do on this machine at this moment: a server that reads a request whole and answers the same
 * bytes to all. The order is those bytes, the answer its URL.
 */
async function serve(body: string): Promise<string> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': '6d1a0a4b-6cf5-4ae6-9a4e-5f1ec9a26a2e',
    'content-length': Buffer.byteLength(body),
  };
  const server = createServer((request, response) => {
    request.on('data', () => {});
    request.on('end', () => response.writeHead(200, headers).end(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

answerParent(serve);

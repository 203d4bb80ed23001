import type * as Http from 'node:http';

/**
 * Node's HTTP. An `import` of `node:http` looks at each of its exports, and looking at `WebSocket` loads undici:
 * 40 ms of the start, and some MB in every thread. Asked for like this, it is not loaded.
 */
export const { Agent, createServer, request, ServerResponse }: typeof Http =
  process.getBuiltinModule('node:http');

export type Agent = Http.Agent;
export type ServerResponse = Http.ServerResponse;

import { hostname } from 'node:os';
import { startMetrics } from './metrics.mjs';

// An `import` of it would load fetch as well: half of the time that a task takes to start.
const { createServer } = process.getBuiltinModule('node:http');

const MAX_BODY_BYTES = 64 * 1024;
/** Requests in flight at SIGTERM have this long; the container is killed some time later. */
const FINISH_WITHIN_MS = 10_000;
/** What every request waits for at least, as for a database. */
const LATENCY_MS = Number(process.env.SHOP_LATENCY_MS ?? 0);

/** The task this runs in, as far as it can know. */
export const task = process.env.BERTH_TASK_ID ?? hostname();

/**
 * Serves `routes` (`'GET /path'` to a function of the request that gives `{ status?, json? , html? }`) on HOST
 * and PORT. A request waits SHOP_LATENCY_MS, a fifth more or less, times `slowness`. On SIGTERM it takes no more connections, finishes what is in flight and ends with 0.
 */
export function serve(version, routes, { slowness = 1, port: ownPort } = {}) {
  const metrics = startMetrics();
  let stopping = false;
  const server = createServer(async (request, response) => {
    const started = performance.now();
    if (LATENCY_MS > 0 && request.url !== '/healthz') await takeTime(LATENCY_MS * slowness);
    const { status = 200, json, html } = await answer(routes, request);
    response.writeHead(status, {
      'content-type': html ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
      'x-shop-version': version,
      ...(stopping && { connection: 'close' }),
    });
    response.end(html ?? JSON.stringify(json));
    if (request.url === '/healthz') return;
    const ms = performance.now() - started;
    metrics.count({ ms, failed: status >= 500, client: request.headers['x-client'] });
    console.log(`${request.method} ${request.url} ${status} ${ms.toFixed(1)} ms`);
  });
  // Longer than a load balancer keeps an idle connection, so that it is never we who close under a request.
  server.keepAliveTimeout = 75_000;
  server.listen(ownPort ?? Number(process.env.PORT ?? 8080), process.env.HOST ?? '0.0.0.0', () => {
    const { address, port } = server.address();
    console.log(`shop ${version} listens on http://${address}:${port}, task ${task}`);
  });

  process.once('SIGTERM', () => {
    stopping = true;
    console.log('SIGTERM: finishing the requests in flight');
    server.close(() => {
      metrics.stop();
      console.log('bye');
    });
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS).unref();
  });
  return server;
}

const takeTime = (ms) => new Promise((resolve) => setTimeout(resolve, ms * (0.8 + 0.4 * Math.random())));

async function answer(routes, request) {
  const { pathname } = new URL(request.url, 'http://shop');
  const route = routes[`${request.method} ${pathname}`] ?? routes['*'];
  if (!route) return { status: 404, json: { error: `There is nothing at ${pathname}.` } };
  try {
    return await route(request);
  } catch (error) {
    if (error instanceof BadRequest) return { status: 400, json: { error: error.message } };
    console.error(error);
    return { status: 500, json: { error: 'Something went wrong here.' } };
  }
}

/** The request's body as JSON; throws `BadRequest` for anything else. */
export async function bodyOf(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new BadRequest('The body is too large.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest('The body is no JSON.');
  }
}

export class BadRequest extends Error {}

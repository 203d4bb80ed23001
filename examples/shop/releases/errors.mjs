// A release that answers one request in twenty with 500; its health check is well.
import { serve } from '../lib/serve.mjs';
import { shop } from '../lib/shop.mjs';

const healthy = shop({ version: 'v3', tax: true });
const routes = Object.entries(healthy).map(([path, route]) => [
  path,
  path === 'GET /healthz' ? route : sometimesFailing(route),
]);
serve('v3', Object.fromEntries(routes));

function sometimesFailing(route) {
  return (request) => {
    if (Math.random() < 0.05) throw new Error('deadlock detected while reading "products"');
    return route(request);
  };
}

// After a release: buys a lamp at SHOP_URL; without one, of this very release on a port of its own.
import { once } from 'node:events';
import { serve } from '../lib/serve.mjs';
import { shop } from '../lib/shop.mjs';

const own = process.env.SHOP_URL
  ? undefined
  : serve('smoke test', shop({ version: 'smoke test', tax: true }), { port: 0 });
if (own) await once(own, 'listening');
const url = process.env.SHOP_URL ?? `http://${own.address().address}:${own.address().port}`;

const order = { method: 'POST', body: '{"product":"lamp"}', signal: AbortSignal.timeout(5000) };
const answer = await fetch(`${url}/api/orders`, order);
const isSold = answer.status === 201;
console.log(`smoke test: a lamp was ${isSold ? 'sold' : `not sold, ${answer.status}`}`);
process.exit(isSold ? 0 : 1);

// A release that wants a setting nobody has made: it crashes on start with exit code 1.
import { serve } from '../lib/serve.mjs';
import { shop } from '../lib/shop.mjs';

console.log('shop v3 starts');
const payments = connectToPayments(process.env.PAYMENTS_URL);
serve('v3', {
  ...shop({ version: 'v3', tax: true }),
  'GET /payments': () => ({ json: { host: payments.host } }),
});

function connectToPayments(url) {
  return new URL('/v1/charges', url);
}

// A release that takes connections but waits for a warm-up that never ends before it answers its health check.
import { serve } from '../lib/serve.mjs';
import { shop } from '../lib/shop.mjs';

const warmUp = new Promise(() => {});

serve('v3', {
  ...shop({ version: 'v3', tax: true }),
  'GET /healthz': async () => {
    await warmUp;
    return { json: { status: 'ok' } };
  },
});

// A release that starts well and then answers everything, its health check too, with 500.
import { serve } from '../lib/serve.mjs';

serve('v3', {
  '*': () => {
    throw new Error('relation "products" does not exist');
  },
});

// A release that takes 40 % longer for every request than the one before (SHOP_LATENCY_MS), and is well otherwise.
import { serve } from '../lib/serve.mjs';
import { shop } from '../lib/shop.mjs';

serve('v3', shop({ version: 'v3', tax: true }), { slowness: 1.4 });

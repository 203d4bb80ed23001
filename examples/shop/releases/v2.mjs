// The better release: prices as the customer pays them.
import { serve } from '../lib/serve.mjs';
import { shop } from '../lib/shop.mjs';

serve('v2', shop({ version: 'v2', tax: true }));

import { serve } from './lib/serve.mjs';
import { shop } from './lib/shop.mjs';

serve('v1', shop({ version: 'v1' }));

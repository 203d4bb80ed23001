// A worker that cannot pack one order in five: nothing crashes, and no load balancer is there to see it.
import { work } from '../lib/work.mjs';

await work((order) => {
  if (order % 5 === 0) throw new Error('the label has no postcode');
});

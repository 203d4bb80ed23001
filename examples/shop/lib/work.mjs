import { startMetrics } from './metrics.mjs';

const PRODUCTS = ['rope', 'fender', 'lamp'];
/** How long an order takes. */
const PACE_MS = Number(process.env.SHOP_PACE_MS ?? 1000);

/**
 * A service without a port: packs one order after the other, the one at hand to its end when it is stopped. `pack`
 * is called with each order's number and may throw: the order is then put back, and counts as an error.
 */
export async function work(pack = () => {}) {
  const metrics = startMetrics();
  let stopping = false;
  let wake = () => {};
  process.once('SIGTERM', () => {
    stopping = true;
    wake();
  });
  const pause = (ms) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  console.log('worker starts');
  for (let order = 1; !stopping; order++) {
    const started = performance.now();
    await pause(PACE_MS);
    const failed = !attempt(pack, order);
    metrics.count({ ms: performance.now() - started, failed });
  }
  metrics.stop();
  console.log('worker ends: nothing is left half done');
}

function attempt(pack, order) {
  try {
    pack(order);
    console.log(`order ${order}: ${PRODUCTS[order % PRODUCTS.length]} packed`);
    return true;
  } catch (error) {
    console.error(`order ${order}: ${error.message}; put back`);
    return false;
  }
}

// A service without a port: processes an order each second, the one at hand to its end when it is stopped.
const PRODUCTS = ['rope', 'fender', 'lamp'];

let stopping = false;
let wake = () => {};

process.once('SIGTERM', () => {
  stopping = true;
  wake();
});

console.log('worker starts');
for (let order = 1; !stopping; order++) {
  await pause(1000);
  console.log(`order ${order}: ${PRODUCTS[order % PRODUCTS.length]} packed`);
}
console.log('worker ends: nothing is left half done');

function pause(ms) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

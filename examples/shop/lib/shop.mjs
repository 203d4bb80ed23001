import { randomUUID } from 'node:crypto';
import { BadRequest, bodyOf, task } from './serve.mjs';

const PRODUCTS = [
  { id: 'rope', name: 'Mooring rope, 20 m', price: 34.5 },
  { id: 'fender', name: 'Fender', price: 18.9 },
  { id: 'lamp', name: 'Anchor lamp', price: 59 },
];
const TAX_PERCENT = 19;

/** The shop's routes. With `tax`, prices are shown as the customer pays them. */
export function shop({ version, tax = false }) {
  const products = PRODUCTS.map((product) => ({ ...product, price: priceOf(product, tax) }));
  return {
    'GET /': () => ({ html: page({ version, tax, products }) }),
    'GET /healthz': () => ({ json: { status: 'ok', version } }),
    'GET /api/products': () => ({
      json: { version, task, tax: tax ? `${TAX_PERCENT} %` : undefined, products },
    }),
    'POST /api/orders': async (request) => ({ status: 201, json: order(products, await bodyOf(request)) }),
  };
}

function priceOf({ price }, tax) {
  return tax ? Math.round(price * (100 + TAX_PERCENT)) / 100 : price;
}

function order(products, body) {
  const product = products.find(({ id }) => id === body?.product);
  if (!product) throw new BadRequest(`product must be one of ${products.map(({ id }) => id).join(', ')}.`);
  const quantity = body.quantity ?? 1;
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 100)
    throw new BadRequest('quantity must be a whole number from 1 to 100.');
  const total = Math.round(product.price * quantity * 100) / 100;
  console.log(`order: ${quantity} x ${product.id}`);
  return { id: randomUUID(), product: product.id, quantity, total, task };
}

function page({ version, tax, products }) {
  const rows = products.map(({ name, price }) => `<tr><td>${name}<td>${price.toFixed(2)} €`).join('');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Shop ${version}</title>
<style>
  body { font: 18px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem; color: #12303f }
  h1 { font-size: 2.2rem; margin: 0 } table { width: 100%; border-collapse: collapse; margin: 1.5rem 0 }
  td { padding: .6rem 0; border-bottom: 1px solid #cfdde4 } td + td { text-align: right }
  .version { background: ${tax ? '#0b7a4b' : '#1d5fa8'}; color: #fff; border-radius: 1rem; padding: .1rem .7rem }
  footer { color: #5b7683; font-size: .85rem } code { font-size: .95em }
</style>
<h1>Harbour shop</h1>
<p><span class="version">${version}</span> ${tax ? `prices with ${TAX_PERCENT} % tax` : 'prices without tax'}
<table>${rows}</table>
<footer>answered by task <code>${task}</code></footer>
</html>
`;
}

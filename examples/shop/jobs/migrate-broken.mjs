// A migration that fails: nothing after it may happen.
console.log('migration 8: drop column "price" of products');
console.error('error: cannot drop column "price": view "invoices" depends on it');
process.exitCode = 1;

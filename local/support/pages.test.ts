import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyedPage } from './pages.ts';

const refused = new Error('refused');
const page = (items: readonly string[], token?: string, query = 'all') =>
  keyedPage(items, (item) => item, { query, token, size: 2, invalid: () => refused });

describe('pages', () => {
  it('give every item once, also when the last one given goes before the next page is asked for', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(names, fc.array(fc.boolean(), { maxLength: 6 }), (items, goes) => {
        let left: readonly string[] = items;
        const given: string[] = [];
        let token: string | undefined;
        let turn = 0;
        do {
          const next = page(left, token);
          given.push(...next.items);
          token = next.token;
          if (goes[turn++]) left = left.filter((item) => item !== given.at(-1));
        } while (token !== undefined);
        expect(given).toEqual(items);
      }),
    );
  });

  it('are good for the question alone that they were given for', () => {
    const { token } = page(['a', 'b', 'c']);
    expect(page(['a', 'b', 'c'], token)).toEqual({ items: ['c'] });
    for (const wrong of ['', 'no', token?.slice(1), Buffer.from('["a",1]').toString('base64url')]) {
      expect(() => page(['a', 'b', 'c'], wrong)).toThrow(refused);
    }
    expect(() => page(['a', 'b', 'c'], token, 'some')).toThrow(refused);
  });
});

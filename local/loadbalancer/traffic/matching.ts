import { BlockList } from 'node:net';
import type { Action, Condition, Listener, Rule } from '../model.ts';

/** What rules look at of a request. */
export interface Asked {
  readonly method: string;
  /** As in the request line, with the query. */
  readonly url: string;
  /** The `Host` header, with or without a port. */
  readonly host: string;
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | readonly string[] | undefined;
  readonly address: string;
}

/** The action of the first rule whose conditions are all met, otherwise the listener's own. */
export function actionFor(listener: Listener, rules: readonly Rule[], asked: Asked): Action {
  const met = rules.find(({ conditions }) => conditions.every((condition) => isMet(condition, asked)));
  return (met ?? listener).action;
}

export function isMet(condition: Condition, asked: Asked): boolean {
  switch (condition.field) {
    case 'host-header': {
      const host = asked.host.replace(/:\d+$/, '');
      return condition.values.some((value) => fits(value, host, 'ignoring case'));
    }
    case 'path-pattern':
      return condition.values.some((value) => fits(value, pathOf(asked.url), 'exactly'));
    case 'http-request-method':
      return condition.values.includes(asked.method);
    case 'source-ip':
      return condition.values.some((range) => isWithin(range, asked.address));
    case 'http-header': {
      const given = [asked.header(condition.name.toLowerCase()) ?? []].flat();
      return condition.values.some((value) => given.some((one) => fits(value, one, 'ignoring case')));
    }
    case 'query-string':
      return isAsked(condition, asked.url);
  }
}

function isAsked({ pairs }: Extract<Condition, { field: 'query-string' }>, url: string): boolean {
  const given = [...new URLSearchParams(queryOf(url))];
  return pairs.some(({ key, value }) =>
    given.some(
      ([name, text]) =>
        (key === undefined || fits(key, name, 'ignoring case')) && fits(value, text, 'ignoring case'),
    ),
  );
}

export function pathOf(url: string): string {
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
  const end = path.indexOf('?');
  return (end < 0 ? path : path.slice(0, end)) || '/';
}

/** What follows the question mark; empty without one. */
export function queryOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}

type Case = 'exactly' | 'ignoring case';

const mostPatterns = 5000;
/** A pattern is compiled once: every request of a listener is held against all of its rules. */
const compiled = new Map<string, RegExp>();

/** Whether `text` fits a pattern in which `*` stands for any characters and `?` for exactly one. */
function fits(pattern: string, text: string, how: Case): boolean {
  const key = `${how}|${pattern}`;
  const known = compiled.get(key);
  if (known) return known.test(text);
  const escaped = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  const expression = new RegExp(`^${escaped}$`, how === 'exactly' ? 's' : 'is');
  if (compiled.size >= mostPatterns) compiled.clear();
  compiled.set(key, expression);
  return expression.test(text);
}

function isWithin(range: string, address: string): boolean {
  const [network = '', bits = '32'] = range.split('/');
  const family = network.includes(':') ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

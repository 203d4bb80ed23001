import { randomInt } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '../support/clock.ts';
import { parseInput } from '../support/input.ts';
import { keyedPage } from '../support/pages.ts';
import { invalidInput, namespaceNotFound, serviceNotFound } from './errors.ts';
import type { DiscoveryService, Namespace, Operation, Tables } from './model.ts';

/** What Cloud Map's actions work with. */
export interface DiscoveryContext {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly account: string;
  /** `arn:aws:servicediscovery:<region>:<account>:` */
  readonly arnPrefix: string;
}

export type Run = (context: DiscoveryContext, input: Record<string, unknown>) => object;

/** An action whose input is parsed by `schema`: what does not fit is an `InvalidInput`. */
export function action<S extends z.ZodType>(
  schema: S,
  run: (context: DiscoveryContext, input: z.output<S>) => object,
): Run {
  return (context, input) => run(context, parseInput(schema, input, 'InvalidInput'));
}

const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** For example `ns-` and sixteen letters and digits. */
export function newId(prefix: string, length = 16): string {
  return prefix + Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

/** By id or ARN, as all of the API takes both. */
export function namespaceOf({ tables }: DiscoveryContext, reference: string): Namespace {
  const found = tables.namespaces.get(reference.slice(reference.lastIndexOf('/') + 1));
  if (!found) throw namespaceNotFound(reference);
  return found;
}

export function serviceOf({ tables }: DiscoveryContext, reference: string): DiscoveryService {
  const found = tables.services.get(reference.slice(reference.lastIndexOf('/') + 1));
  if (!found) throw serviceNotFound(reference);
  return found;
}

const mostOperations = 1000;

/** Notes what was done; the oldest operations are forgotten. */
export function noteOperation(
  { tables, clock }: DiscoveryContext,
  type: Operation['type'],
  targets: Operation['targets'],
): Operation {
  const operation: Operation = { id: newId('', 32), type, targets, createdAt: clock.now() };
  tables.operations.put(operation.id, operation);
  for (const { id } of tables.operations.values()) {
    if (tables.operations.size <= mostOperations) break;
    tables.operations.delete(id);
  }
  return operation;
}

/** One page of `items`, which must be in a stable order; an InvalidInput for a token of another question. */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  { MaxResults = 100, NextToken, ...query }: Paged,
): { readonly shown: T[]; readonly NextToken?: string } {
  const invalid = () => invalidInput('NextToken is not valid');
  const { items: shown, token } = keyedPage(items, keyOf, {
    query,
    token: NextToken,
    size: MaxResults,
    invalid,
  });
  return { shown, ...(token === undefined ? {} : { NextToken: token }) };
}

interface Paged {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

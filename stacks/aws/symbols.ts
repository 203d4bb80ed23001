import { outsideArns, type Resolve } from '../policy.ts';
import type { Stage } from '../stages.ts';
import { type Queues, queueIn } from './queues.ts';

export interface Made {
  readonly table: sst.aws.Dynamo;
  readonly queues: Queues;
}

/** ARNs of the topology's symbols: of what this stack makes, and of what is there besides. */
export function arnsBy({ table, queues }: Made, stage: Stage): Resolve<$util.Input<string>> {
  return (symbol) => {
    if (symbol === 'table') return [table.arn];
    if (symbol.startsWith('table/')) return [$interpolate`${table.arn}/${symbol.slice('table/'.length)}`];
    if (symbol.startsWith('queue:')) return [queueIn(queues, symbol.slice('queue:'.length)).arn];
    return outsideArns(symbol, stage);
  };
}

/** A function's variables with the topology's symbols filled in. */
export function variablesBy({ table, queues }: Made, { environments }: Stage) {
  const filledIn = (symbol: string): $util.Input<string> => {
    if (symbol === 'table') return table.name;
    if (symbol === 'environments') return JSON.stringify(environments);
    return symbol.startsWith('queue:') ? queueIn(queues, symbol.slice('queue:'.length)).url : symbol;
  };
  return (variables: Readonly<Record<string, string>>): Record<string, $util.Input<string>> =>
    Object.fromEntries(Object.entries(variables).map(([name, symbol]) => [name, filledIn(symbol)]));
}

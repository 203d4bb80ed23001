import type { StrategyItem } from '../model.ts';

/**
 * The capacity provider of the next task: the base first, then the one that is furthest behind its weight.
 * `taken` are the providers of the tasks that already run. Undefined without a strategy.
 */
export function chooseProvider(
  strategy: readonly StrategyItem[],
  taken: readonly (string | undefined)[],
): string | undefined {
  const countOf = (name: string | undefined) => taken.filter((other) => other === name).length;
  const based = strategy.find((item) => countOf(item.capacityProvider) < (item.base ?? 0));
  if (based) return based.capacityProvider;
  const weighted = strategy.filter(({ weight }) => (weight ?? 0) > 0);
  const share = (item: StrategyItem) =>
    (countOf(item.capacityProvider) - (item.base ?? 0) + 1) / (item.weight ?? 1);
  return weighted.reduce<StrategyItem | undefined>(
    (best, item) => (best === undefined || share(item) < share(best) ? item : best),
    undefined,
  )?.capacityProvider;
}

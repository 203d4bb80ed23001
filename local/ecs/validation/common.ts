import { invalid } from '../errors.ts';
import type { StrategyItem, Tags } from '../model.ts';

/** `[A-Za-z0-9_-]`, at most 255: clusters, services, families and containers are named so. */
export function isName(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9_-]{1,255}$/.test(text);
}

function isTagText(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
}

/** What begins with `aws:` is AWS's own, and does not count against the 50. */
export function isReservedKey(text: string | undefined): boolean {
  return /^aws:/i.test(text ?? '');
}

export function checkTags(tags: Tags | undefined): Tags {
  const given = tags ?? [];
  if (given.length > 50) throw invalid('A resource can have at most 50 tags.');
  const seen = new Set<string>();
  for (const { key, value } of given) {
    if (!key || key.length > 128) throw invalid('A tag key must have 1 to 128 characters.');
    if ((value ?? '').length > 256) throw invalid(`The value of tag ${key} has more than 256 characters.`);
    if (!isTagText(key) || !isTagText(value ?? '')) {
      throw invalid(
        `A tag has letters, digits, spaces and _.:/=+-@ in its key and value: ${JSON.stringify(key)}.`,
      );
    }
    if (isReservedKey(key) || isReservedKey(value))
      throw invalid('Tag keys must not begin with aws:, which is reserved.');
    if (seen.has(key)) throw invalid(`Duplicate tag keys found: ${key}.`);
    seen.add(key);
  }
  return given.map(({ key, value }) => ({ key, value: value ?? '' }));
}

/** Facts of ECS: at most 20 items, one base, some weight, and no mixing with `launchType`. */
export function checkStrategy(
  strategy: readonly StrategyItem[] | undefined,
  launchType: string | undefined,
  providers: readonly string[],
): readonly StrategyItem[] {
  if (!strategy || strategy.length === 0) return [];
  if (launchType !== undefined) {
    throw invalid('Specifying both a launch type and capacity provider strategy is not supported.');
  }
  if (strategy.length > 20) throw invalid('A capacity provider strategy can have at most 20 items.');
  for (const { capacityProvider, weight = 0, base = 0 } of strategy) {
    if (!capacityProvider || !providers.includes(capacityProvider)) {
      throw invalid(
        'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the ' +
          'cluster. Associate the capacity provider with the cluster and try again.',
      );
    }
    if (weight < 0 || weight > 1000) throw invalid('A capacity provider weight must be between 0 and 1000.');
    if (base < 0 || base > 100_000) throw invalid('A capacity provider base must be between 0 and 100000.');
  }
  if (new Set(strategy.map((item) => item.capacityProvider)).size < strategy.length) {
    throw invalid('A capacity provider may appear only once in a strategy.');
  }
  if (new Set(strategy.map((item) => isFargateProvider(item.capacityProvider))).size > 1) {
    throw invalid(
      'A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate ' +
        'providers. Specify one or the other and try again.',
    );
  }
  if (strategy.filter(({ base }) => (base ?? 0) > 0).length > 1) {
    throw invalid('Only one capacity provider in a strategy can have a base defined.');
  }
  if (strategy.every(({ weight }) => (weight ?? 0) === 0)) {
    throw invalid('At least one capacity provider in a strategy must have a weight greater than 0.');
  }
  return strategy.map((item) => ({ weight: 0, base: 0, ...item }));
}

export function isFargateProvider(name: string | undefined): boolean {
  return name === 'FARGATE' || name === 'FARGATE_SPOT';
}

export function checkToken(token: string | undefined, ceiling: number): void {
  if (token === undefined) return;
  if (!/^[\x21-\x7e]+$/.test(token) || token.length > ceiling) {
    throw invalid(`clientToken must have 1 to ${ceiling} characters of ASCII 33 to 126.`);
  }
}

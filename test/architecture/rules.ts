import type { Import, Source } from './source.ts';

const maxFileLines = 350;
const maxFunctionLines = 70;

/**
 * Tests, and what only tests share (`testing.ts`, `testing/`, `fixtures/`, and the contract suites `contract.ts`,
 * `contract-….ts`), may use whatever they like.
 */
export const isTest = (path: string): boolean =>
  /^(test|bench|examples)\//.test(path) ||
  /\.test\.tsx?$/.test(path) ||
  /\/(testing|fixtures)\//.test(path) ||
  /\/(testing|contract|contract-[\w-]+)\.ts$/.test(path);

/** Where a file belongs: a folder of the top, or one of `core`. */
function layerOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'core' ? `core/${second}` : top;
}

const infrastructure = new Set(['core/kernel', 'core/ecs', 'core/contract', 'core/operations', 'core/aws']);
const isDomain = (layer: string) => layer.startsWith('core/') && !infrastructure.has(layer);

/** What of a domain others may know: what it is, and how its records lie; not how it decides. */
const isFace = (path: string) => isDomain(layerOf(path)) && /\/(model|records)\.ts$/.test(path);
const within =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(`${folder}/`) || path === folder);

interface Rule {
  readonly own: (target: string) => boolean;
  readonly packages: (name: string) => boolean;
  readonly why: string;
}

const noPackages = () => false;
const isNode = (name: string) => name.startsWith('node:');
const anyPackage = () => true;
const packages =
  (...names: string[]) =>
  (name: string) =>
    isNode(name) || names.includes(name);
const isSdk = (name: string) => name.startsWith('@aws-sdk/') || name.startsWith('@smithy/');

const domainRule: Rule = {
  own: (target) => within('core/kernel', 'core/ecs')(target) || isFace(target),
  packages: packages('zod'),
  why: 'a domain knows the kernel, ECS’s words and of other domains only their model.ts and records.ts; send a message instead of a call',
};

/** One line for each folder, as in ARCHITECTURE.md; every folder may import itself. */
const rules: Readonly<Record<string, Rule>> = {
  'core/kernel': {
    own: () => false,
    packages: noPackages,
    why: 'the loop knows of no domain; pass what it needs through a port',
  },
  'core/ecs': {
    own: () => false,
    packages: packages('zod'),
    why: 'ECS’s words come before Berth’s; nothing of Berth belongs there',
  },
  'core/contract': {
    own: (target) => within('core/kernel')(target) || isFace(target),
    packages: packages('zod', 'string-argv'),
    why: 'the contract is what both sides share, so it is light: models, zod and no adapters',
  },
  'core/operations': {
    own: (target) => within('core/kernel', 'core/contract', 'core/ecs')(target) || isDomain(layerOf(target)),
    packages: packages('zod'),
    why: 'operations reach outside through ports; put the adapter into core/aws',
  },
  'core/aws': {
    own: (target) =>
      within('core/kernel', 'core/contract', 'core/ecs', 'core/operations/ports.ts')(target) ||
      isDomain(layerOf(target)),
    packages: (name) => isNode(name) || isSdk(name),
    why: 'adapters translate between ports and AWS; what is decided belongs to a domain',
  },
  functions: {
    own: within('core'),
    packages: (name) => isNode(name) || isSdk(name) || name === '@middy/core' || name === 'zod',
    why: 'a handler parses, calls core and answers; it must bundle without anything else',
  },
  stacks: {
    own: within('core/contract', 'core/kernel/table.ts', 'stages.json'),
    packages: (name) => name === 'zod',
    why: 'the infrastructure is made from a literal and stages.json; it may know event patterns, routes and the key schema, and SST brings its own',
  },
  'sst.config.ts': {
    own: within('stacks'),
    packages: noPackages,
    why: 'it says where and what; the rest belongs to stacks',
  },
  local: {
    own: within(
      'core/ecs',
      'core/contract',
      'stacks/topology.ts',
      'stacks/policy.ts',
      'core/kernel/table.ts',
    ),
    packages: anyPackage,
    why: 'Local AWS knows no more of Berth than AWS does; wire it through stacks/topology.ts',
  },
  cli: {
    own: within('core/contract', 'package.json'),
    packages: anyPackage,
    why: 'the CLI speaks to the API through core/contract, and starts local as a process of its own',
  },
  console: {
    own: within('core/contract'),
    packages: anyPackage,
    why: 'the console speaks to the API through core/contract',
  },
};

/** Imports that the table does not allow. */
export function forbiddenImports(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => !isTest(path))
    .flatMap(({ path, imports }) => {
      const layer = layerOf(path);
      const rule = rules[layer] ?? (isDomain(layer) ? domainRule : undefined);
      if (!rule) return [];
      return imports
        .filter((one) => !isAllowed(rule, layer, one))
        .map(({ target, line }) => `${path}:${line} imports ${target}: ${rule.why}`);
    });
}

function isAllowed(rule: Rule, layer: string, { target, isOwn }: Import): boolean {
  if (!isOwn) return rule.packages(target);
  if (isTest(target)) return false;
  return layerOf(target) === layer || rule.own(target);
}

/** Files that decide under a name of their own: what stands beside a `decide.ts` and is used without it too. */
const alsoDecide: readonly string[] = [
  'local/ecs/placement/evaluate.ts',
  'local/ecs/placement/place.ts',
  'local/ecs/placement/resources.ts',
  'local/ecs/scheduler/breaker.ts',
  'local/ecs/scheduler/daemon.ts',
  'local/ecs/scheduler/rebalance.ts',
  'local/ecs/strategies/hook-decisions.ts',
  'local/ecs/strategies/stages.ts',
  'local/ecs/strategies/target-groups.ts',
  'local/ecs/strategies/traffic.ts',
  'local/ecs/tasks/changes.ts',
  'local/ecs/tasks/dependencies.ts',
  'local/ecs/tasks/strategy.ts',
  'local/loadbalancer/health.ts',
  'local/loadbalancer/traffic/routing.ts',
  'local/metrics/alarms/reason.ts',
];

const decides = (path: string) => /(^|\/)decide\.ts$/.test(path) || alsoDecide.includes(path);

/** Whatever a decide.ts is made of that is not a function of its arguments. */
export function impureDecisions(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const deciders = sources.filter(({ path }) => decides(path));
  return [...new Set(deciders.flatMap((decider) => impuritiesBelow(decider, byPath)))];
}

function impuritiesBelow(decider: Source, byPath: ReadonlyMap<string, Source>): string[] {
  const reached = closure([decider.path], (path) => ownTargets(byPath.get(path), isThereAtRunTime));
  return [...reached].flatMap((path) => {
    const source = byPath.get(path);
    const via = path === decider.path ? '' : ` (used by ${decider.path})`;
    const advice =
      'a decision is a pure function, so that it can be replayed and explained; take it as an argument or as an effect';
    const words = (source?.impurities ?? []).map(
      ({ word, line }) => `${path}:${line} uses ${word}${via}: ${advice}`,
    );
    const outside = (source?.imports ?? [])
      .filter(isThereAtRunTime)
      .filter(({ target, isOwn }) =>
        isOwn ? within('core/aws', 'functions')(target) : isNode(target) || isSdk(target),
      )
      .map(({ target, line }) => `${path}:${line} imports ${target}${via}: ${advice}`);
    return [...words, ...outside];
  });
}

/** Deciders that are named here and are no more: a rule for nothing would be taken for one that holds. */
export function missingDeciders(sources: readonly Source[]): string[] {
  const paths = new Set(sources.map(({ path }) => path));
  return alsoDecide
    .filter((path) => !paths.has(path))
    .map((path) => `${path} is not there: name the file in rules.ts that decides now`);
}

/** Imports that lead back, at run time, to the file that they stand in; types may go round. */
export function circles(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const next = (path: string) => ownTargets(byPath.get(path), isThereAtRunTime);
  return sources.flatMap(({ path, imports }) =>
    imports
      .filter((one) => one.isOwn && isThereAtRunTime(one) && closure([one.target], next).has(path))
      .map(
        ({ target, line }) =>
          `${path}:${line} imports ${target}, which leads back to it: move what both need into a file of its own`,
      ),
  );
}

/** Only the composition root of the functions reads the environment. */
export function hiddenEnvironments(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => /^(core|functions|stacks)\//.test(path) && !isTest(path))
    .filter(({ path }) => path !== 'functions/composition.ts')
    .flatMap(({ path, impurities }) =>
      impurities
        .filter(({ word }) => word === 'process')
        .map(
          ({ line }) =>
            `${path}:${line} uses process: only functions/composition.ts reads the environment; take the value as an argument`,
        ),
    );
}

/** Files and functions that have grown too long to be read in one go. */
export function oversized(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => !isTest(path))
    .flatMap(({ path, lines, functions }) => [
      ...(lines > maxFileLines
        ? [`${path} has ${lines} lines, more than ${maxFileLines}: it holds two ideas; split it`]
        : []),
      ...functions
        .filter((one) => one.lines > maxFunctionLines)
        .map(
          (one) =>
            `${path}:${one.line} ${one.name} has ${one.lines} lines, more than ${maxFunctionLines}: name its steps and make them functions`,
        ),
    ]);
}

const entries = [
  /^functions\/[^/]+\.ts$/,
  /^cli\/main\.ts$/,
  /^local\/(main|host|vitest|build|prepare)\.ts$/,
  /^bench\/main\.ts$/,
  /^sst\.config\.ts$/,
];

/** Files that nothing which runs has any use for. */
export function dead(sources: readonly Source[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const roots = sources.map(({ path }) => path).filter((path) => entries.some((entry) => entry.test(path)));
  const alive = closure(roots, (path) => [
    ...ownTargets(byPath.get(path)),
    ...(byPath.get(path)?.names ?? []),
  ]);
  return sources
    .map(({ path }) => path)
    .filter(
      (path) =>
        !alive.has(path) && !isTest(path) && /^(core|functions|stacks|local|cli|console)\//.test(path),
    )
    .map((path) => `${path} is used by nothing that runs: remove it, or use it from an entry point`);
}

const isThereAtRunTime = ({ isOfTypes }: Import) => !isOfTypes;

const ownTargets = (source: Source | undefined, counts: (one: Import) => boolean = () => true): string[] =>
  (source?.imports ?? []).filter((one) => one.isOwn && counts(one)).map(({ target }) => target);

function closure(roots: readonly string[], next: (path: string) => readonly string[]): Set<string> {
  const reached = new Set(roots);
  for (const path of reached) for (const target of next(path)) reached.add(target);
  return reached;
}

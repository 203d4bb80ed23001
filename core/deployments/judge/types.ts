/** What is judged, and how strictly. */
export interface JudgeSettings {
  /** The chance that a release that is no worse is ever called worse, over the whole deployment: 0.01 unless told. */
  readonly falseAlarms: number;
  /**
   * Judged where it is there. A release is not worse when it is shown to have less than `atMostRatio` times the errors
   * of the one before, or less than `atMostShare` of its requests in error.
   */
  readonly errors?: { readonly atMostRatio: number; readonly atMostShare?: number };
  /** Judged per task, by the value that evidence has of each. */
  readonly latency?: { readonly percentile: number; readonly atMostRatio: number };
  /** The user's own metrics, judged per task as latency is. */
  readonly metrics: readonly JudgedMetric[];
  /** Tasks that end badly after they were running, and restarts. */
  readonly exits: boolean;
  /** Traffic that vanished: successes far below the planned share. */
  readonly traffic: boolean;
}

export interface JudgedMetric {
  readonly name: string;
  readonly worse: 'higher' | 'lower';
  readonly atMostRatio: number;
}

/** What was seen in one interval, as it is stored. */
export interface Evidence {
  readonly fromMs: number;
  readonly toMs: number;
  /** The canary's share of the traffic as it was meant for this interval, 0 to 1. */
  readonly share: number;
  readonly requests?: Arms<number>;
  /**
   * `episodes`: what belongs together (the retries of one client) is one. `requests`: failed requests as a load
   * balancer counts them; how they cluster is estimated from the baseline, and they are discounted by it.
   */
  readonly errors?: Arms<number> & { readonly counted: 'episodes' | 'requests' };
  /** A value for each task, in milliseconds; fresh is a baseline of tasks that started together with the canary. */
  readonly latency?: Arms<readonly TaskValue[]> & { readonly baselineIsFresh: boolean };
  readonly metrics?: Readonly<
    Record<string, Arms<readonly TaskValue[]> & { readonly baselineIsFresh?: boolean }>
  >;
  readonly exits?: Arms<{ readonly taskSeconds: number; readonly failures: number }>;
}

/** Canary: the new release. Baseline: the one before. */
export interface Arms<Value> {
  readonly canary: Value;
  readonly baseline: Value;
}

export interface TaskValue {
  readonly task: string;
  readonly value: number;
  /** How many requests the value stands for; 1 where it is not known. */
  readonly weight?: number;
}

/** What is known when judging begins. */
export interface JudgeOpening {
  readonly tasks: Arms<number>;
  /** The share of the first step. */
  readonly share: number;
}

/** All that the judge remembers: plain JSON, below 4 kB whatever the length of the rollout. */
export interface JudgeState {
  readonly tasks: Arms<number>;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly errors?: ErrorState;
  readonly traffic?: TrafficState;
  readonly exits?: ExitState;
  /** Latency by the name `latency`, metrics by `metric:NAME`. */
  readonly perTask: Readonly<Record<string, TasksState>>;
}

/** Errors of each arm and the requests they came from, at one share. */
export interface Counts {
  readonly share: number;
  readonly errors: Arms<number>;
  readonly requests: Arms<number>;
}

export interface ErrorState {
  /** Which of the mixtures of ratios weighs the evidence: chosen by the first share, fixed from then on. */
  readonly mixture: 'even' | 'small';
  /** At the present share. */
  readonly now: Counts;
  /** Of all shares. */
  readonly total: Arms<number>;
  readonly requests: Arms<number>;
  /** Logarithms of the likelihood ratios at former shares, one for each ratio of the mixture. */
  readonly before?: readonly number[];
  /** The same for bounds on the harm: the allowed ratio, and then a grid of ratios. */
  readonly harmBefore: readonly number[];
  /** How much of the allowed false alarms the exact threshold had used up when the share first moved. */
  readonly spent?: number;
  /** That threshold. */
  readonly first?: number;
  readonly clustered: boolean;
  readonly spread: Spread;
}

/** How errors vary from minute to minute: what is needed to estimate over-dispersion. */
export interface Spread {
  readonly minutes: number;
  readonly canary: ArmSpread;
  readonly baseline: ArmSpread;
  /** The minute that is not yet over. */
  readonly open: { readonly ms: number; readonly errors: Arms<number>; readonly volume: Arms<number> };
}

export interface ArmSpread {
  readonly errors: number;
  readonly volume: number;
  /** Sum of errors² / volume. */
  readonly squares: number;
}

export interface TrafficState {
  readonly successes: Arms<number>;
  /** What the plan would have given the canary of them. */
  readonly planned: number;
  /** One for each extent of the loss. */
  readonly logs: readonly number[];
}

export interface ExitState {
  readonly failures: Arms<number>;
  readonly taskSeconds: Arms<number>;
  readonly logs: readonly number[];
}

export interface TasksState {
  /** Time of which there are values. */
  readonly heardMs: number;
  readonly fresh: boolean;
  /** Sum of value times weight and sum of weights, by task. */
  readonly canary: Readonly<Record<string, readonly [number, number]>>;
  readonly baseline: Readonly<Record<string, readonly [number, number]>>;
  /** How many looks are behind, and the α of those that were left out. */
  readonly looks: number;
  readonly unspent: number;
  /** The last look that could have found anything. */
  readonly last?: RankFinding;
  readonly worse?: RankFinding;
  readonly cleared?: RankFinding;
}

/** What a look found. */
export interface RankFinding {
  readonly look: number;
  readonly p: number;
  readonly limit: number;
  /** Canary's median over the baseline's. */
  readonly ratio: number;
  readonly tasks: Arms<number>;
}

export type JudgeVerdict =
  | { readonly is: 'worse'; readonly of: string; readonly text: string }
  | { readonly is: 'not_worse'; readonly text: string; readonly bounds: readonly Bound[] }
  | { readonly is: 'undecided'; readonly text: string; readonly bounds: readonly Bound[] }
  | { readonly is: 'no_data'; readonly text: string };

/** How much worse a release may still be, as far as one metric tells. */
export interface Bound {
  readonly of: string;
  /** No more than so many times the release before; null where nothing is known of it. */
  readonly atMostRatio: number | null;
  readonly isReached: boolean;
  readonly text: string;
}

/** The evidence for "worse" of one metric: it is worse when `e` reaches `threshold`. */
export interface Measure {
  readonly of: string;
  readonly e: number;
  readonly threshold: number;
}

/** The judgement after one interval, for records and charts. */
export interface TrailPoint {
  readonly atMs: number;
  readonly verdict: JudgeVerdict['is'];
  readonly measures: readonly Measure[];
  readonly bounds: readonly Bound[];
}

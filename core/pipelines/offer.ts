import type { Instant, Reason } from '../kernel/plan.ts';
import type {
  Arrival,
  Heard,
  Line,
  Newest,
  Offer,
  PipelineMessage,
  PipelineState,
  Rule,
  Run,
  Status,
} from './model.ts';
import { orderOf } from './order.ts';
import { described, isOver, newReport } from './report.ts';

const maxLines = 8;
const maxOlder = 64;
/** Each has a whole request in it. */
const maxUndecided = 2;
const maxRuns = 16;
const maxHeard = 48;

type OfferMessage = Extract<PipelineMessage, { type: 'offer' }>;

/** A commit came. What was made of its delivery stands in `heard` afterwards, unless the offer is out of date. */
export function offered(state: PipelineState, message: OfferMessage, now: Instant): PipelineState {
  const { arrival, version, request, problem } = message;
  const before = state.heard.find(({ delivery }) => delivery === arrival.delivery);
  if (version !== state.version || (before && before.outcome !== 'failed')) return state;
  const rule = state.configured?.rule;
  if (!rule)
    return hear(state, arrival, { outcome: 'refused', reason: 'the service has no rule for GitHub' });
  const at: Situation = { rule, line: lineOf(state, rule), now };
  const order = orderOf(arrival, at.line);
  if (order === 'same') return repeated(state, arrival, at);
  if (order === 'older') return outdated(state, arrival, at);
  if (!request) return failed(state, arrival, at, problem ?? 'it cannot be deployed');
  return order === 'unclear'
    ? postponed(state, { arrival, request }, at)
    : accepted(state, { arrival, request }, at);
}

interface Situation {
  readonly rule: Rule;
  readonly line: Line;
  readonly now: Instant;
}

const keyOf = ({ repository, branch, workflow = '' }: Rule) => `${repository}@${branch}@${workflow}`;

function lineOf({ lines }: PipelineState, rule: Rule): Line {
  const key = keyOf(rule);
  return lines.find((line) => line.key === key) ?? { key, older: [], undecided: [] };
}

const withLine = (state: PipelineState, line: Line): PipelineState => ({
  ...state,
  lines: [...state.lines.filter(({ key }) => key !== line.key), line].slice(-maxLines),
});

function hear(
  state: PipelineState,
  { commit, delivery }: Arrival,
  is: Omit<Heard, 'delivery'>,
): PipelineState {
  const rest = state.heard.filter((one) => one.delivery !== delivery);
  const said: Reason = { code: is.outcome, text: `${short(commit)}: ${is.reason}` };
  return {
    ...state,
    heard: [...rest, { delivery, ...is }].slice(-maxHeard),
    news: [...state.news, said],
  };
}

const short = (commit: string) => commit.slice(0, 7);

/** What is over goes first; a service has few deployments that are not. */
function withRun(state: PipelineState, run: Run): PipelineState {
  const runs = [...state.runs, run];
  const surplus = runs.length - maxRuns;
  if (surplus <= 0) return { ...state, runs };
  const going = [...runs.filter(isOver), ...runs.filter((one) => !isOver(one))].slice(0, surplus);
  return { ...state, runs: runs.filter((one) => !going.includes(one)) };
}

/** Another one is to take its place. */
const withoutRun = (state: PipelineState, { delivery: its }: Arrival): PipelineState => ({
  ...state,
  runs: state.runs.filter(({ delivery }) => delivery !== its),
});

const runOf = ({ delivery, commit }: Arrival, { rule, now }: Situation, wanted: Status): Run => ({
  ...{ delivery, commit, repository: rule.repository, at: now },
  report: newReport(wanted),
});

/** The one way to a deployment. What was unclear until now may have become clear by it. */
function accepted(state: PipelineState, { arrival, request }: Offer, at: Situation): PipelineState {
  const { line, now } = at;
  const { id: deployment } = request;
  const { place } = arrival;
  const newest: Newest = {
    ...arrival,
    // What it contains is kept as `older`.
    ...(place.by === 'push' && { place: { ...place, contains: [] }, pushedAtMs: place.pushedAtMs }),
    ...{ deployment, at: now },
  };
  const next = { ...line, newest, older: olderThan(arrival, line) };
  const reason = `${deployment} deploys it`;
  const pending: Status = { state: 'pending', description: described(`accepted as ${deployment}`) };
  const heard = hear(withLine(state, next), arrival, { outcome: 'accepted', reason, deployment });
  const run: Run = { ...runOf(arrival, at, pending), deployment, request };
  return clarified(withRun(withoutRun(heard, arrival), run), { ...at, line: next });
}

/** A commit that the branch has come back to is not older any more. */
function olderThan({ commit, place }: Arrival, { newest, older }: Line): readonly string[] {
  const known = place.by === 'push' ? [...place.contains, place.before] : [];
  const all = new Set([...older, ...(newest ? [newest.commit] : []), ...known]);
  all.delete(commit);
  return [...all].slice(-maxOlder);
}

function clarified(state: PipelineState, at: Situation): PipelineState {
  const { undecided } = at.line;
  const next = undecided.find(({ arrival }) => orderOf(arrival, at.line) !== 'unclear');
  if (!next) return state;
  const line = { ...at.line, undecided: undecided.filter((offer) => offer !== next) };
  const order = orderOf(next.arrival, line);
  const now = { ...at, line };
  const rest = withoutRun(withLine(state, line), next.arrival);
  if (order === 'newer') return accepted(rest, next, now);
  const told = order === 'same' ? repeated : outdated;
  const settled = told(rest, next.arrival, now);
  return clarified(settled, { ...at, line: lineOf(settled, at.rule) });
}

/** The very commit that was accepted last: by another delivery, or because the branch came back to it. */
function repeated(state: PipelineState, arrival: Arrival, { line }: Situation): PipelineState {
  const { newest } = line;
  if (!newest) return state;
  const { commit, place } = arrival;
  const isLater = place.by === 'push' && place.pushedAtMs > (newest.pushedAtMs ?? 0);
  const kept = isLater
    ? withLine(state, { ...line, newest: { ...newest, pushedAtMs: place.pushedAtMs } })
    : state;
  const reason = `${short(commit)} was accepted before, as ${newest.deployment}`;
  return hear(kept, arrival, { outcome: 'known', reason, deployment: newest.deployment });
}

/** Too late. A commit that was deployed once keeps what GitHub was told of it. */
function outdated(state: PipelineState, arrival: Arrival, at: Situation): PipelineState {
  const { newest } = at.line;
  const reason = `it is older than ${short(newest?.commit ?? '')}, which was accepted before it came`;
  const heard = hear(state, arrival, { outcome: 'refused', reason });
  if (state.runs.some(({ commit }) => commit === arrival.commit)) return heard;
  const status: Status = { state: 'error', description: described(`not deployed: ${reason}`) };
  return withRun(heard, runOf(arrival, at, status));
}

function failed(state: PipelineState, arrival: Arrival, at: Situation, problem: string): PipelineState {
  const heard = hear(state, arrival, { outcome: 'failed', reason: problem });
  const status: Status = { state: 'error', description: described(`not deployed: ${problem}`) };
  return withRun(withoutRun(heard, arrival), runOf(arrival, at, status));
}

/** Its place cannot be told. It waits for the push between, and deploys nothing meanwhile. */
function postponed(state: PipelineState, offer: Offer, at: Situation): PipelineState {
  const { line } = at;
  const { arrival } = offer;
  const reason =
    `pushed in the same second as ${short(line.newest?.commit ?? '')}, and nothing tells which came first; ` +
    'push again if it stays so';
  const isFull = line.undecided.length >= maxUndecided;
  const next = isFull ? state : withLine(state, { ...line, undecided: [...line.undecided, offer] });
  const heard = hear(next, arrival, { outcome: isFull ? 'refused' : 'undecided', reason });
  const status: Status = { state: isFull ? 'error' : 'pending', description: described(reason) };
  return withRun(withoutRun(heard, arrival), runOf(arrival, at, status));
}

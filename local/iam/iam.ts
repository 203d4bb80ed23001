import { outsideArns, type Place, type Resolve } from '../../stacks/policy.ts';
import type { Topology } from '../../stacks/topology.ts';
import type { Journal } from '../support/journal.ts';
import { type ApiCall, arnOf, type Here, type Need } from './calls/call.ts';
import { needsOf } from './calls/needs.ts';
import type { Credentials } from './credentials.ts';
import { denied, deniedMessage, unrecognized } from './denied.ts';
import { type FunctionPolicy, functionPolicy, type Grant } from './function-policy.ts';
import { createRefusals, type Refusal } from './refusals.ts';
import { createSessions } from './sessions.ts';

export interface IamOptions extends Here {
  readonly topology: Topology;
  readonly journal: Journal;
}

/** Who signed a request, as far as it is known before the request is checked. */
export interface Signer {
  readonly accessKeyId: string | undefined;
  readonly sessionToken: string | undefined;
}

/** An action that the topology allows on a resource, and what has been made of it. */
export interface GrantReport {
  readonly action: string;
  /** In the topology's words, for example `service`. */
  readonly resource: string;
  /** How many calls it let through since the start or the last reset. */
  readonly uses: number;
  /** The last of them. */
  readonly last?: Pick<Need, 'resource' | 'context'>;
}

/** What `GET /_local/iam` answers. */
export interface IamReport {
  readonly functions: readonly {
    readonly name: string;
    /** As its calls are named in refusals. */
    readonly caller: string;
    readonly grants: readonly GrantReport[];
    readonly refusals: readonly Refusal[];
  }[];
}

/**
 * Permissions as IAM would enforce them: a function may do what the topology allows it, and nothing else. People,
 * and what is Lambda's own, sign with other keys and may do everything.
 */
export interface Iam {
  /** Fills in what the topology's symbols stand for. Until then functions may do nothing. */
  start(places: readonly Place[]): void;
  /** Credentials for a function that is about to run. */
  issue(functionName: string): Credentials;
  /** The function whose key this is, undefined for anybody else's. */
  functionOf(accessKeyId: string): string | undefined;
  /** Throws as the service would where the signer is a function that may not do this. */
  admit(signer: Signer, call: () => ApiCall): void;
  report(): IamReport;
  /** Everything else was forgotten; who runs keeps what it signs with. */
  reset(): void;
}

export function createIam({ topology, journal, ...here }: IamOptions): Iam {
  const { account } = here;
  const sessions = createSessions(journal);
  const refusals = createRefusals();
  let policies = new Map<string, FunctionPolicy>();
  let places: readonly Place[] = [];
  const names = Object.keys(topology.functions);
  const callerOf = (name: string) => `arn:aws:sts::${account}:assumed-role/${name}-role/${name}`;
  const prepare = () => {
    const resolve = resolverOf(topology, here, places);
    policies = new Map(names.map((name) => [name, functionPolicy(topology, name, resolve)]));
  };
  const check = (name: string, call: ApiCall) => {
    const policy = policies.get(name);
    const granted = needsOf(call, here).map((need) => {
      const grant = policy?.grantFor(need);
      if (grant) return { grant, need };
      const message = deniedMessage(callerOf(name), need);
      refusals.note(name, need, message);
      throw denied(call.service, message);
    });
    for (const { grant, need } of granted) {
      grant.uses++;
      grant.last = need;
    }
  };
  return {
    start(given) {
      places = given;
      prepare();
    },
    issue: sessions.issue,
    functionOf: (accessKeyId) => sessions.find(accessKeyId)?.functionName,
    admit({ accessKeyId, sessionToken }, call) {
      if (accessKeyId === undefined || !sessions.isOurs(accessKeyId)) return;
      const session = sessions.find(accessKeyId);
      const made = call();
      if (!session || session.sessionToken !== sessionToken) throw unrecognized(made.service);
      check(session.functionName, made);
    },
    report: () => ({
      functions: names.map((name) => ({
        name,
        caller: callerOf(name),
        grants: (policies.get(name)?.grants ?? []).map(grantReport),
        refusals: refusals.of(name),
      })),
    }),
    reset() {
      sessions.restore();
      refusals.clear();
      prepare();
    },
  };
}

function grantReport({ action, symbol, uses, last }: Grant): GrantReport {
  const lastUse = last && { last: { resource: last.resource, context: last.context } };
  return { action, resource: symbol, uses, ...lastUse };
}

/** What the topology makes is named by the topology; the rest is of the environments. */
export function resolverOf(topology: Topology, here: Here, environments: readonly Place[]): Resolve<string> {
  const table = arnOf('dynamodb', here, `table/${topology.table.name}`);
  return (symbol) => {
    if (symbol === 'table' || symbol.startsWith('table/')) return [table + symbol.slice('table'.length)];
    if (symbol.startsWith('queue:')) return [arnOf('sqs', here, symbol.slice('queue:'.length))];
    return outsideArns(symbol, { environments });
  };
}

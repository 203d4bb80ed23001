import { parseInput } from '../../support/input.ts';
import { jsonBody, localRoute } from '../../support/local-route.ts';
import type { Route } from '../../support/server.ts';
import type { ScriptedRuntime } from './runtime.ts';
import { scriptOf } from './script.ts';
import { isMeant, type Scripts, scriptRule } from './scripts.ts';

/**
 * `/_local/scripts`: what containers of the scripted runtime do.
 *
 * - `POST {"image": "shop:*", "script": {"exitAfterSeconds": 3}}` adds a rule, also for what runs already.
 * - `GET` lists the rules, `DELETE` drops them all; what runs goes on as it was told.
 */
export function scriptRoutes(scripts: Scripts, runtime: ScriptedRuntime): Route {
  return localRoute('/_local/scripts', {
    GET: () => ({ scripts: scripts.all() }),
    POST({ body }) {
      const rule = parseInput(scriptRule, jsonBody(body), 'ValidationException');
      scripts.put(rule);
      runtime.amend((container) => isMeant(rule, container), scriptOf(rule.script));
      return rule;
    },
    DELETE() {
      scripts.clear();
      return {};
    },
  });
}

import * as z from 'zod/mini';
import { days, timeOfDay, timeZone } from './clock-times.ts';
import { defaults } from './defaults.ts';
import { name } from './names.ts';
import { quoted, strict } from './parse.ts';
import { duration } from './units.ts';

const approvalRule = strict({
  by: z._default(z.enum(['others', 'anyone']), defaults['deploy.gates.approval.by']),
  at: z._default(z.enum(['start', 'traffic']), defaults['deploy.gates.approval.at']),
});

const approval = z.union([z.boolean(), approvalRule], {
  error: 'has to be true, false, or { by: others | anyone, at: start | traffic }',
});

const window = strict({
  days: z.optional(days()),
  from: timeOfDay(),
  to: timeOfDay(),
  zone: z._default(timeZone(), defaults['deploy.gates.windows.zone']),
}).check(
  z.refine(
    ({ from, to }) => from % 1440 !== to % 1440 || to - from === 1440,
    'is empty, for it ends when it begins: the whole day is from "00:00" to "24:00"',
  ),
);

const webhook = strict({
  name,
  url: z.string().check(
    z.maxLength(2048),
    z.superRefine((text, context) => {
      const message = urlProblem(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
  ),
  timeout: z._default(duration(10, 7 * 86_400), defaults['deploy.gates.webhooks.timeout']),
});

/** What has to be open before a deployment moves anything. */
export const gates = strict({
  approval: z.optional(approval),
  windows: z.optional(
    z
      .array(window)
      .check(
        z.minLength(1, 'is empty, so that it would never be open: leave it out to deploy at any time'),
        z.maxLength(20),
      ),
  ),
  webhooks: z.optional(
    z.array(webhook).check(
      z.maxLength(10),
      z.refine(
        (all) => new Set(all.map((one) => one.name)).size === all.length,
        'has to give each webhook a name of its own',
      ),
    ),
  ),
});

function urlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return `has to be a URL such as "https://ci.example/ready"; it is ${quoted(text)}`;
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'has to be asked over https';
  if (username !== '' || password !== '')
    return 'may not hold a user or a password: what stands here can be read in the ledger';
  return undefined;
}

import * as z from 'zod/mini';
import { defaults } from './defaults.ts';
import { name } from './names.ts';
import { strict } from './parse.ts';
import { duration } from './units.ts';
import { argv } from './words.ts';

const maxJobs = 50;
/** ECS takes at most 8,192 characters of overrides with a task. */
const maxCommandCharacters = 6000;

const job = strict(
  {
    command: argv().check(
      z.refine(
        (words) => JSON.stringify(words).length <= maxCommandCharacters,
        `may have at most ${maxCommandCharacters} characters, for ECS takes no more with a task: put it into a script`,
      ),
    ),
    timeout: z._default(duration(10, 86_400), defaults['jobs.timeout']),
  },
  {
    run: 'write `command`; it runs in the release of the service, with or without containers',
    image: 'a job runs the release of the service that names it in `before` or `after`',
    environment: 'a job has the environment of the service that names it in `before` or `after`',
    schedule: 'a job runs before or after a deployment',
    queue: 'a job runs before or after a deployment',
  },
);

/** One-off tasks by their names; services name them in `deploy.before` and `deploy.after`. */
export const jobs = () =>
  z
    .record(name, job)
    .check(z.refine((all) => Object.keys(all).length <= maxJobs, `may hold at most ${maxJobs} jobs`));

export type JobManifests = Readonly<Record<string, z.output<typeof job>>>;

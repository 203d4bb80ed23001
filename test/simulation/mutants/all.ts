import type { Mutant } from './mutant.ts';
import { mistakesOfCalls } from './of-calls.ts';
import { mistakesOfCourses } from './of-courses.ts';
import { mistakesOfDecisions } from './of-decisions.ts';
import { mistakesOfEcs } from './of-ecs.ts';
import { mistakesOfPipelines } from './of-pipelines.ts';
import { mistakesOfStorage } from './of-storage.ts';

/** Each is a mistake that Berth, or ECS, could have; a seed has to find each, or the simulation is blind to it. */
export const mutants: Readonly<Record<string, Mutant>> = {
  ...mistakesOfStorage,
  ...mistakesOfDecisions,
  ...mistakesOfCourses,
  ...mistakesOfPipelines,
  ...mistakesOfCalls,
  ...mistakesOfEcs,
};

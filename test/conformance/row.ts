import type { BenchOptions } from '../../local/ecs/testing.ts';
import type { World } from './world.ts';

/** One thing that AWS's documentation says of ECS, and a trial of it through the real SDK client. */
export interface Row {
  /** The page of the documentation of Amazon ECS, or of CloudWatch, for example `API_RunTask`. */
  readonly page: string;
  /** What holds, as one sentence. */
  readonly says: string;
  /** What its world has that others have not: how containers behave, secrets, objects. */
  readonly wants?: BenchOptions;
  /** Fails when it does not hold; has a world of its own. */
  run(world: World): Promise<void>;
}

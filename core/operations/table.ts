import type { RouteOutput } from '../contract/answers.ts';
import type { RouteInput, RouteName } from '../contract/routes.ts';

/** What some of the routes do. */
export type OperationTable<Dependencies> = {
  readonly [Name in RouteName]?: Operation<Dependencies, Name>;
};

export type Operation<Dependencies, Name extends RouteName> = (
  deps: Dependencies,
  input: RouteInput<Name>,
) => RouteOutput<Name> | Promise<RouteOutput<Name>>;

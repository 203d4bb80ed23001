/** `ecs-events` as `EcsEvents`: what SST calls a component. */
export const logical = (...names: readonly string[]): string =>
  names
    .flatMap((name) => name.split(/[^A-Za-z0-9]+/))
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

/**
 * `ecs-events` as `berth-production-ecs-events`: what AWS calls a resource. Without anything random in it, so that
 * people can name it in policies and dashboards before it is there, and nothing that holds data is ever replaced.
 */
export const physical = (name: string): string => `${$app.name}-${$app.stage}-${name}`;

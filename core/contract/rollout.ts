export interface RolloutLimits {
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
}

/**
 * Why a rolling deployment of `count` tasks could never move, with the arithmetic; undefined when it can.
 *
 * ECS keeps at least ceil(count × minimum) tasks and at most floor(count × maximum). One task at 100/150: at
 * least 1 and at most 1, so that none may be stopped and none started.
 */
export function rolloutProblem(count: number, limits: RolloutLimits): string | undefined {
  const { minimumHealthyPercent: minimum, maximumPercent: maximum } = limits;
  const lower = Math.ceil((count * minimum) / 100);
  const upper = Math.floor((count * maximum) / 100);
  if (count <= 0 || lower < count || upper > count) return undefined;
  return (
    `a deployment of ${count} ${count === 1 ? 'task' : 'tasks'} could never move: ` +
    `at least ceil(${count} × ${minimum} %) = ${lower} have to run and at most ` +
    `floor(${count} × ${maximum} %) = ${upper} may, so none can be stopped and none started; ` +
    'lower minimumHealthyPercent or raise maximumPercent'
  );
}

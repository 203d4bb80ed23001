import type { Facts, Invariant } from '../observation.ts';
import type { Step } from '../story.ts';
import { ecsNameOf } from '../world/people.ts';

/** I16: how many tasks a service has is people's affair: Berth writes no count that nobody asked for. */
export const counts: Invariant = {
  name: 'I16 counts as asked',
  watch: (facts) => {
    const asked = new Map<string, ReadonlySet<number>>();
    for (const { name } of facts.story.services) asked.set(ecsNameOf(name), askedOf(facts, name));
    return (observation, report) => {
      if (observation.type !== 'written' || !/^(Create|Update)Service$/.test(observation.action)) return;
      const { service, serviceName, desiredCount } = observation.input;
      const name = String(serviceName ?? service);
      const main = name.replace(/--.*$/, '');
      if (desiredCount === undefined) return;
      const counts = asked.get(main) ?? new Set();
      const isSibling = main !== name;
      const isAsked = isSibling
        ? Number(desiredCount) >= 1 && Number(desiredCount) <= Math.max(2, ...counts)
        : counts.has(Number(desiredCount));
      if (!isAsked)
        report(`${observation.by} wrote ${desiredCount} tasks of ${name}, which nobody asked for`);
    };
  },
};

/** One task, where nothing is said. */
function askedOf({ story }: Facts, service: string): ReadonlySet<number> {
  const steps: readonly Step[] = story.steps.flatMap((step): readonly Step[] =>
    step.do === 'deploy-together' ? step.parts : [step],
  );
  const counts = steps
    .filter((step) => step.service === service)
    .flatMap((step) => ('count' in step && step.count !== undefined ? [step.count] : []));
  return new Set([1, ...counts]);
}

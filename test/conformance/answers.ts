import { outputFaults } from '../../local/ecs/shapes.ts';
import type { AwsService } from '../../local/support/service.ts';

/** The actions that some row has had an answer from. */
export const answered = new Set<string>();

/** The same service, every answer held against the SDK's output shape; what is wrong goes to `tell`. */
export function checked(service: AwsService, tell: (fault: string) => void): AwsService {
  return {
    ...service,
    async call(action, input, caller) {
      const output = await service.call(action, input, caller);
      const faults = outputFaults(action, JSON.parse(JSON.stringify(output ?? {})));
      for (const fault of faults) tell(`Not as the SDK's shape has it: ${fault}`);
      answered.add(action);
      return output;
    },
  };
}

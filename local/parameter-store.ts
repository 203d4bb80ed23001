import { z } from 'zod';
import { AwsError, type AwsService } from './support/service.ts';

const byName = z.object({
  ParameterFilters: z
    .array(z.object({ Key: z.literal('Name'), Values: z.array(z.string()).min(1).max(50) }))
    .length(1),
});

/** The Parameter Store over the secrets of this machine: which of these names there are, and no values. */
export function createParameterStore(read: (name: string) => string | undefined): AwsService {
  return {
    name: 'ssm',
    targetPrefix: 'AmazonSSM',
    call(action, input) {
      if (action !== 'DescribeParameters')
        throw new AwsError('ValidationException', `Local AWS's Parameter Store has no ${action}.`);
      const parsed = byName.safeParse(input);
      if (!parsed.success)
        throw new AwsError('ValidationException', 'Local AWS describes parameters by their names only.');
      const names = parsed.data.ParameterFilters.flatMap(({ Values }) => Values);
      return {
        Parameters: names
          .filter((name) => read(name) !== undefined)
          .map((Name) => ({ Name, Type: 'SecureString', Version: 1 })),
      };
    },
  };
}

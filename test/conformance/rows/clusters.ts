import { CreateClusterCommand, DescribeClustersCommand } from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import type { Row } from '../row.ts';

export const clusters: readonly Row[] = [
  {
    page: 'API_CreateCluster',
    says: 'without a name the cluster is called default, and it is ACTIVE at once',
    async run({ ecs }) {
      const { cluster } = await ecs.send(new CreateClusterCommand({}));
      expect(cluster).toMatchObject({ clusterName: 'default', status: 'ACTIVE' });
    },
  },
  {
    page: 'API_DescribeClusters',
    says: 'a cluster that is not there is a failure with the reason MISSING',
    async run({ ecs }) {
      const { clusters, failures } = await ecs.send(new DescribeClustersCommand({ clusters: ['gone'] }));
      expect(clusters).toEqual([]);
      expect(failures).toMatchObject([{ arn: expect.stringMatching(/:cluster\/gone$/), reason: 'MISSING' }]);
    },
  },
];

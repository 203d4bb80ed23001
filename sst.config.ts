/// <reference path="./.sst/platform/config.d.ts" />

/** Berth in an account of AWS. What is made, stacks/topology.ts says; where, stages.json does. */
export default $config({
  async app({ stage }) {
    const { stageOf } = await import('./stacks/stages.ts');
    // Commands such as `sst install` need no stage.
    const where = stage ? stageOf(stage) : undefined;
    return {
      name: 'berth',
      home: 'aws',
      removal: where?.isProduction ? 'retain' : 'remove',
      protect: where?.isProduction ?? false,
      providers: {
        // Nothing is changed in any other account than the one that was meant.
        aws: { ...(where && { region: where.region as aws.Region, allowedAccountIds: [where.account] }) },
      },
    };
  },
  async run() {
    const { controlPlane } = await import('./stacks/aws/control-plane.ts');
    const { stageOf } = await import('./stacks/stages.ts');
    const { topology } = await import('./stacks/topology.ts');
    return controlPlane(topology, stageOf($app.stage));
  },
});

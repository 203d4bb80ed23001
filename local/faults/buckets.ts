/** The token buckets by which ECS throttles an account (Amazon ECS API reference, "Request throttling"). */

interface Rate {
  /** How many requests at once. */
  readonly burst: number;
  readonly perSecond: number;
}

const rates = {
  'cluster modify': { burst: 20, perSecond: 1 },
  'cluster read': { burst: 50, perSecond: 20 },
  'task definition modify': { burst: 20, perSecond: 1 },
  'task definition read': { burst: 50, perSecond: 20 },
  'task definition delete': { burst: 5, perSecond: 1 },
  'capacity provider modify': { burst: 10, perSecond: 1 },
  tags: { burst: 20, perSecond: 10 },
  settings: { burst: 10, perSecond: 1 },
  'cluster resource modify': { burst: 100, perSecond: 40 },
  'cluster resource read': { burst: 100, perSecond: 20 },
  'agent modify': { burst: 200, perSecond: 120 },
  'service modify': { burst: 50, perSecond: 5 },
  'service read': { burst: 100, perSecond: 20 },
  'service deployment read': { burst: 50, perSecond: 20 },
  'service revision read': { burst: 50, perSecond: 20 },
  'task protection': { burst: 200, perSecond: 80 },
  'services by namespace': { burst: 10, perSecond: 1 },
  'Fargate RunTask': { burst: 20, perSecond: 20 },
  'Fargate launches on demand': { burst: 100, perSecond: 20 },
  'Fargate launches of Spot': { burst: 100, perSecond: 20 },
} as const satisfies Readonly<Record<string, Rate>>;

export type BucketName = keyof typeof rates;

const actionsOf: Partial<Record<BucketName, readonly string[]>> = {
  'cluster modify': [
    'CreateCluster',
    'DeleteCluster',
    'UpdateCluster',
    'UpdateClusterSettings',
    'PutClusterCapacityProviders',
  ],
  'cluster read': ['DescribeClusters', 'ListClusters'],
  'task definition modify': ['RegisterTaskDefinition', 'DeregisterTaskDefinition'],
  'task definition read': ['DescribeTaskDefinition', 'ListTaskDefinitions', 'ListTaskDefinitionFamilies'],
  'task definition delete': ['DeleteTaskDefinitions'],
  'capacity provider modify': ['CreateCapacityProvider', 'DeleteCapacityProvider', 'UpdateCapacityProvider'],
  tags: ['TagResource', 'UntagResource', 'ListTagsForResource'],
  settings: ['ListAccountSettings', 'PutAccountSetting', 'PutAccountSettingDefault', 'DeleteAccountSetting'],
  'cluster resource modify': [
    'RunTask',
    'StartTask',
    'StopTask',
    'ExecuteCommand',
    'UpdateContainerInstancesState',
  ],
  'cluster resource read': [
    'DescribeTasks',
    'ListTasks',
    'DescribeContainerInstances',
    'ListContainerInstances',
  ],
  'agent modify': [
    'RegisterContainerInstance',
    'DeregisterContainerInstance',
    'SubmitTaskStateChange',
    'SubmitContainerStateChange',
    'SubmitAttachmentStateChanges',
    'DiscoverPollEndpoint',
  ],
  'service modify': [
    'CreateService',
    'UpdateService',
    'DeleteService',
    'CreateTaskSet',
    'UpdateTaskSet',
    'DeleteTaskSet',
  ],
  'service read': ['DescribeServices', 'ListServices', 'DescribeTaskSets'],
  'service deployment read': ['DescribeServiceDeployments', 'ListServiceDeployments'],
  'service revision read': ['DescribeServiceRevisions'],
  'task protection': ['GetTaskProtection', 'UpdateTaskProtection'],
  'services by namespace': ['ListServicesByNamespace'],
};

const bucketOfAction = new Map(
  Object.entries(actionsOf).flatMap(([bucket, actions]) =>
    actions.map((action) => [action, bucket as BucketName] as const),
  ),
);

export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

export type Buckets = Readonly<Partial<Record<BucketName, Bucket>>>;

interface Call {
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What a call of ECS takes of which buckets. */
export function tollOf({
  action,
  input,
}: Call): readonly { readonly bucket: BucketName; readonly tokens: number }[] {
  const bucket = bucketOfAction.get(action);
  const own = bucket === undefined ? [] : [{ bucket, tokens: 1 }];
  if (action !== 'RunTask' || input.launchType === 'EC2' || input.launchType === 'EXTERNAL') return own;
  const launches = JSON.stringify(input.capacityProviderStrategy ?? '').includes('FARGATE_SPOT')
    ? 'Fargate launches of Spot'
    : 'Fargate launches on demand';
  const count = typeof input.count === 'number' ? input.count : 1;
  return [...own, { bucket: 'Fargate RunTask', tokens: 1 }, { bucket: launches, tokens: count }];
}

/** Takes the toll where every bucket has enough; otherwise takes nothing. `scale` widens or narrows all rates. */
export function take(
  buckets: Buckets,
  call: Call,
  nowMs: number,
  scale = 1,
): { readonly buckets: Buckets; readonly isThrottled: boolean } {
  const filled = tollOf(call).map(({ bucket, tokens }) => {
    const { burst, perSecond } = rates[bucket];
    const before = buckets[bucket] ?? { tokens: burst * scale, atMs: nowMs };
    const refill = (Math.max(0, nowMs - before.atMs) / 1000) * perSecond * scale;
    return { bucket, left: Math.min(burst * scale, before.tokens + refill) - tokens };
  });
  if (filled.some(({ left }) => left < 0)) return { buckets, isThrottled: true };
  const taken = filled.map(({ bucket, left }) => [bucket, { tokens: left, atMs: nowMs }]);
  return { buckets: { ...buckets, ...Object.fromEntries(taken) }, isThrottled: false };
}

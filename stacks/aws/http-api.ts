import { type Route, versionedPath } from '../../core/contract/route.ts';
import { routes } from '../../core/contract/routes.ts';
import type { Stage } from '../stages.ts';
import type { Topology, Trigger } from '../topology.ts';
import type { Functions } from './functions.ts';
import { logical, physical } from './names.ts';

type Http = Extract<Trigger, { type: 'http' }>;

interface Served {
  readonly topology: Topology;
  readonly functions: Functions;
  /** The function whose API it is. */
  readonly name: string;
  readonly stage: Stage;
}

/** An HTTP API with the contract's routes and no other; each takes AWS's signature (SigV4), unless it is open. */
export function createHttpApi(trigger: Http, served: Served): sst.aws.ApiGatewayV2 {
  const { name, stage } = served;
  const api = new sst.aws.ApiGatewayV2(logical(name, 'http'), {
    // Browsers are not among those who sign.
    cors: false,
    transform: {
      api: { name: physical(name) },
      stage: (args) => {
        args.defaultRouteSettings = limitsOf(trigger);
        args.accessLogSettings = $output(args.accessLogSettings!).apply(({ destinationArn }) => ({
          destinationArn,
          format: JSON.stringify(accessLog),
        }));
        return undefined;
      },
      logGroup: {
        name: `/aws/vendedlogs/apis/${physical(name)}`,
        retentionInDays: stage.logRetentionDays,
      },
    },
  });
  const targets = new Map(serversOf(served).map((server) => [server, integrate(api, server, served)]));
  for (const [routeName, route] of Object.entries<Route>(routes)) {
    const key = `${route.method} ${route.path}`;
    const { server, isOpen } = servingOf(served, key);
    new aws.apigatewayv2.Route(logical(name, routeName), {
      apiId: api.nodes.api.id,
      routeKey: `${route.method} ${versionedPath(route)}`,
      operationName: routeName,
      authorizationType: isOpen ? 'NONE' : 'AWS_IAM',
      target: targets.get(server)!,
    });
  }
  return api;
}

/** The API's own function, and those that take routes of it. */
const serversOf = (served: Served): readonly string[] => [
  ...new Set([served.name, ...takenRoutes(served).map(({ server }) => server)]),
];

function servingOf(served: Served, key: string) {
  const taken = takenRoutes(served).find(({ keys }) => keys.some((one) => one === key));
  return { server: taken?.server ?? served.name, isOpen: taken?.open ?? false };
}

const takenRoutes = ({ topology, name }: Served) =>
  Object.entries(topology.functions).flatMap(([server, { triggers }]) =>
    triggers.flatMap((trigger) =>
      trigger.type === 'routes' && trigger.of === name ? [{ server, ...trigger }] : [],
    ),
  );

/** One integration and one permission serve all routes of a function; SST makes one of each per route. */
function integrate(api: sst.aws.ApiGatewayV2, name: string, { functions }: Served) {
  const fn = functions.get(name)!;
  const { id, executionArn } = api.nodes.api;
  new aws.lambda.Permission(logical(name, 'http', 'permission'), {
    action: 'lambda:InvokeFunction',
    function: fn.name,
    principal: 'apigateway.amazonaws.com',
    sourceArn: $interpolate`${executionArn}/*`,
  });
  const integration = new aws.apigatewayv2.Integration(logical(name, 'http', 'integration'), {
    apiId: id,
    integrationType: 'AWS_PROXY',
    integrationUri: fn.arn,
    payloadFormatVersion: '2.0',
  });
  return $interpolate`integrations/${integration.id}`;
}

const limitsOf = ({ requestsPerSecond, burst }: Http) => ({
  ...(requestsPerSecond !== undefined && { throttlingRateLimit: requestsPerSecond }),
  ...(burst !== undefined && { throttlingBurstLimit: burst }),
});

/** Who asked for what, and how it went; nothing of what was said. */
const accessLog = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  caller: '$context.identity.userArn',
  ip: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
};

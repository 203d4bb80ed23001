import { type Route, routes } from '../../core/contract/routes.ts';
import type { Stage } from '../stages.ts';
import type { Trigger } from '../topology.ts';
import { logical, physical } from './names.ts';

type Http = Extract<Trigger, { type: 'http' }>;

interface Served {
  readonly name: string;
  readonly fn: sst.aws.Function;
  readonly stage: Stage;
}

/** An HTTP API with the contract's routes and no other; each takes AWS's signature (SigV4), unless it is open. */
export function createHttpApi(trigger: Http, { name, fn, stage }: Served): sst.aws.ApiGatewayV2 {
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
  const target = integrate(api, name, fn);
  for (const [routeName, route] of Object.entries<Route>(routes)) {
    const isOpen = trigger.open?.some((open) => open === routeName) ?? false;
    new aws.apigatewayv2.Route(logical(name, routeName), {
      apiId: api.nodes.api.id,
      routeKey: `${route.method} ${route.path}`,
      operationName: routeName,
      authorizationType: isOpen ? 'NONE' : 'AWS_IAM',
      target,
    });
  }
  return api;
}

/** One integration and one permission serve all routes; SST makes one of each per route. */
function integrate(api: sst.aws.ApiGatewayV2, name: string, fn: sst.aws.Function) {
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

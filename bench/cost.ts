import type { Benchmark, Grid } from './benchmark.ts';
import { type Bill, billOf, type Consumption, services, times, without } from './cost/bill.ts';
import { consumptionOnLocalAws, type LocalConsumption } from './cost/deployments.ts';
import { consumptionOfEvents, type EventConsumption } from './cost/events.ts';
import { idleMonth, sweepsInAMonth } from './cost/idle.ts';
import { asOf, type Price, prices, region } from './cost/prices.ts';
import { rounded } from './statistics.ts';

type CostResult = {
  readonly millionEventsUsd: number;
  readonly millionEventsInTensUsd: number;
  readonly referenceMillionEventsUsd: number;
  readonly thousandDeploymentsUsd: number;
  readonly idleMonthUsd: number;
  readonly idleServiceMonthUsd: number;
  readonly bills: Readonly<Record<Scenario, Bill>>;
  /** What the measurements were, before they were multiplied. */
  readonly measured: {
    readonly deployments: number;
    readonly eventsPerDeployment: number;
    readonly functionsInDeployments: LocalConsumption['functions'];
  };
  readonly prices: { readonly region: string; readonly asOf: string } & Readonly<
    Record<string, Price | string>
  >;
};

const scenarios = {
  millionEvents: 'a million events, each by itself',
  millionLooks: 'of that, the looks at their services',
  millionEventsInTens: 'a million events, ten of a service at once',
  referenceMillionEvents: 'a million events, reference handler (no queue, no looks)',
  thousandDeployments: 'a thousand deployments, their records kept a month',
  thousandDeploymentLooks: 'a thousand looks at a deployment (API)',
  idleMonth: 'an idle month, nothing deployed',
  idleServiceMonth: 'and each idle service of two tasks, a month',
} as const;

type Scenario = keyof typeof scenarios;

/** What Berth costs by AWS's price list: consumption is measured in this run, prices are data. */
export const cost: Benchmark<CostResult> = {
  name: 'cost',
  summary:
    'what events, deployments and an idle month cost by AWS’s price list, from what they use up in this run',
  figures: [
    { key: 'millionEventsUsd', label: scenarios.millionEvents, unit: 'USD' },
    { key: 'millionEventsInTensUsd', label: scenarios.millionEventsInTens, unit: 'USD' },
    { key: 'referenceMillionEventsUsd', label: scenarios.referenceMillionEvents, unit: 'USD' },
    { key: 'thousandDeploymentsUsd', label: scenarios.thousandDeployments, unit: 'USD' },
    { key: 'idleMonthUsd', label: scenarios.idleMonth, unit: 'USD' },
    { key: 'idleServiceMonthUsd', label: scenarios.idleServiceMonth, unit: 'USD' },
  ],
  async run(log) {
    const events = await consumptionOfEvents(log);
    return resultOf(events, await consumptionOnLocalAws(log));
  },
  details: ({ bills, measured }) => [byService(bills), byFunction(measured)],
};

function resultOf(events: EventConsumption, local: LocalConsumption): CostResult {
  const consumptions: Readonly<Record<Scenario, Consumption>> = {
    millionEvents: events.alone,
    millionLooks: events.looksAlone,
    millionEventsInTens: events.inTens,
    referenceMillionEvents: events.reference,
    thousandDeployments: times(1000, local.deployment),
    thousandDeploymentLooks: times(1000, local.apiLook),
    idleMonth: idleMonth(local.emptySweep),
    idleServiceMonth: times(sweepsInAMonth, without(local.sweep, local.emptySweep)),
  };
  const bills = Object.fromEntries(
    Object.entries(consumptions).map(([scenario, consumption]) => [scenario, billOf(consumption)]),
  ) as CostResult['bills'];
  return {
    millionEventsUsd: bills.millionEvents.totalUsd,
    millionEventsInTensUsd: bills.millionEventsInTens.totalUsd,
    referenceMillionEventsUsd: bills.referenceMillionEvents.totalUsd,
    thousandDeploymentsUsd: bills.thousandDeployments.totalUsd,
    idleMonthUsd: bills.idleMonth.totalUsd,
    idleServiceMonthUsd: bills.idleServiceMonth.totalUsd,
    bills,
    measured: {
      deployments: local.deployments,
      eventsPerDeployment: local.eventsPerDeployment,
      functionsInDeployments: local.functions,
    },
    prices: { region, asOf, ...prices },
  };
}

const byService = (bills: CostResult['bills']): Grid => ({
  head: [`USD, ${region}, prices of ${asOf}`, ...services, 'total'],
  rows: Object.entries(scenarios).map(([scenario, label]) => {
    const { byServiceUsd, totalUsd } = bills[scenario as Scenario];
    return [label, ...services.map((service) => usd(byServiceUsd[service])), usd(totalUsd)];
  }),
});

const byFunction = ({
  functionsInDeployments,
  deployments,
  eventsPerDeployment,
}: CostResult['measured']): Grid => ({
  head: [
    `a deployment (${deployments} measured, ${eventsPerDeployment} events)`,
    ...['invocations', 'ms', 'reads', 'writes', 'RRU', 'WRU', 'messages'],
  ],
  rows: functionsInDeployments.map(
    ({ name, invocations, billedMs, reads, writes, readUnits, writeUnits, messages }) => [
      name,
      ...[invocations, billedMs, reads, writes, readUnits, writeUnits, messages].map((value) =>
        String(rounded(value / deployments)),
      ),
    ],
  ),
});

const usd = (value: number) => (value === 0 ? '0' : value.toFixed(value < 0.01 ? 4 : 2));

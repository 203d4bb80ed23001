/** What LATEST means on Fargate at present: tasks, deployments and revisions show it, services what was asked for. */
const latest = '1.4.0';

/** The platform version that runs for the one that was asked for; LATEST where none was. */
export function platformOf(asked: string | undefined): string {
  return asked === undefined || asked === 'LATEST' ? latest : asked;
}

import type { Clock } from '../../support/clock.ts';
import { request } from '../../support/http.ts';
import { type Failure, matches, type Outcome } from '../health.ts';
import type { HealthCheck } from '../model.ts';
import type { Target } from '../targets.ts';

/** One health check: a GET on a connection of its own. Never rejects. */
export function probe(target: Target, check: HealthCheck, timeoutMs: number, clock: Clock): Promise<Outcome> {
  return new Promise((resolve) => {
    const port = check.port === 'traffic-port' ? target.port : check.port;
    const ask = request({
      host: target.address,
      port,
      path: check.path,
      agent: false,
      headers: { host: `${target.address}:${port}`, 'user-agent': 'ELB-HealthChecker/2.0' },
    });
    const timer = clock.after(timeoutMs, () => end(timedOut));
    const end = (outcome: Outcome) => {
      timer.cancel();
      ask.destroy();
      resolve(outcome);
    };
    ask.on('error', () => end(unreachable));
    ask.on('response', (response) => {
      const status = response.statusCode ?? 0;
      end(matches(check.matcher, status) ? { ok: true } : failed(mismatch(status)));
    });
    ask.end();
  });
}

const failed = (failure: Failure): Outcome => ({ ok: false, failure });

const mismatch = (status: number): Failure => ({
  reason: 'Target.ResponseCodeMismatch',
  description: `Health checks failed with these codes: [${status}]`,
});

const timedOut = failed({ reason: 'Target.Timeout', description: 'Request timed out' });

const unreachable = failed({ reason: 'Target.FailedHealthChecks', description: 'Health checks failed' });

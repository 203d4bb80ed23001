import { parentPort, workerData } from 'node:worker_threads';
import type { FromTraffic, ToTraffic, TrafficSettings } from '../messages.ts';
import { createTraffic } from './traffic.ts';

/** The other end of `startTrafficThread`. */
const port = parentPort;
if (!port) throw new Error('this file runs as a thread of the load balancer');

const traffic = createTraffic(workerData as TrafficSettings, (message: FromTraffic) =>
  port.postMessage(message),
);
port.on('message', (message: ToTraffic) => traffic.take(message));

import { join } from 'node:path';
import { runtimeContract } from '../contract.ts';
import { createProcessRuntime } from './runtime.ts';

runtimeContract({
  name: 'process',
  image: 'berth/any:1',
  open: (directory, logs) =>
    createProcessRuntime({ directory: join(directory, 'containers'), logs: logs.sink }),
});

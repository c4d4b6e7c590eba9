// The same worker with the official TypeScript SDK: node peer.mjs ADDRESS QUEUE FOLDER, FOLDER holding workflows.cjs and node_modules.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const [address, taskQueue, folder] = process.argv.slice(2);
const require = createRequire(pathToFileURL(path.join(folder, 'x.js')));
const { NativeConnection, Worker } = require('@temporalio/worker');
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection, taskQueue, workflowsPath: path.join(folder, 'workflows.cjs'), activities: { noop: async () => {} },
  maxCachedWorkflows: 10000, stickyQueueScheduleToStartTimeout: '2s',
});
process.stdin.resume();
process.stdin.on('end', () => worker.shutdown());
const running = worker.run();
console.log('ready');
await running;
process.exit(0);

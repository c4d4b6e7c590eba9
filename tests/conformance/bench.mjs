// Speed of an engine, measured with the official TypeScript SDK, interleaved over several engines:
//   node bench.mjs --address A=HOST:PORT --address B=HOST:PORT [--rounds 3]
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activities } from './activities.mjs';

const { values: arg } = parseArgs({ options: { address: { type: 'string', multiple: true }, rounds: { type: 'string', default: '3' } } });
Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
const median = (xs) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];
const results = {};
const note = (engine, what, value) => ((results[what] ??= {})[engine] ??= []).push(value);
const timed = async (action) => {
  const start = performance.now();
  await action();
  return performance.now() - start;
};

const engines = [];
for (const pair of arg.address) {
  const [name, address] = pair.split('=');
  const connection = await Connection.connect({ address });
  const taskQueue = 'bench-' + randomUUID();
  const worker = await Worker.create({ connection: await NativeConnection.connect({ address }), taskQueue, workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'), activities });
  engines.push({ name, client: new Client({ connection }), taskQueue, worker, running: worker.run() });
}

for (let round = 0; round < Number(arg.rounds); round++) {
  for (const { name, client, taskQueue } of engines) {
    const start = (type, args = [], queue = taskQueue) => client.workflow.start(type, { taskQueue: queue, workflowId: type + '-' + randomUUID(), args });
    const starts = 200;
    let ms = await timed(async () => {
      let left = starts;
      await Promise.all([...Array(20)].map(async () => {
        while (left-- > 0) await start('waits', [], 'nobody');
      }));
    });
    note(name, 'starts/s', (starts / ms) * 1000);
    ms = await timed(async () => (await start('activities', [[...Array(40).keys()].map(String)])).result());
    note(name, 'sequential activities/s', (40 / ms) * 1000);
    ms = await timed(async () => (await start('parallel', [200])).result());
    note(name, 'parallel activities/s', (200 / ms) * 1000);
    const h = await start('signals', [1000]);
    for (let i = 1; i <= 50; i++) {
      note(name, 'signal→query ms', await timed(async () => {
        await h.signal('add', i);
        if ((await h.query('sum')) !== i) throw new Error('a signal is missing');
      }));
    }
    await h.terminate();
  }
}

// The latencies of all rounds together.
const at = (xs, share) => [...xs].sort((a, b) => a - b)[Math.ceil(xs.length * share) - 1];
for (const [what, share] of [['p50', 0.5], ['p99', 0.99]]) results['signal→query ' + what + ' ms'] = Object.fromEntries(Object.entries(results['signal→query ms']).map(([name, xs]) => [name, [at(xs, share)]]));
delete results['signal→query ms'];
for (const [what, byEngine] of Object.entries(results))
  console.log(what.padEnd(26), Object.entries(byEngine).map(([name, values]) => `${name} ${median(values).toFixed(1)}`).join('   '));
for (const { worker } of engines) worker.shutdown();
await Promise.race([Promise.all(engines.map((e) => e.running)), new Promise((resolve) => setTimeout(resolve, 8000))]);
process.exit(0);

// Kills an engine again and again while workflows run on it, and checks that nothing acknowledged is lost:
//   node storm.mjs --engine ../../infra/embedded-temporal/temporal --port 17999 --file /tmp/storm.db [--workflows 100] [--kills 10] [--seed 1]
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activities } from './activities.mjs';

const { values: arg } = parseArgs({ options: { engine: { type: 'string' }, port: { type: 'string', default: '17999' }, file: { type: 'string' }, workflows: { type: 'string', default: '100' }, kills: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } } });
const address = '127.0.0.1:' + arg.port;
let state = Number(arg.seed) >>> 0;
const random = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), state / 4294967296);
let engine;
const launch = () => (engine = spawn(arg.engine, ['server', 'start-dev', '--headless', '--port', arg.port, '--db-filename', arg.file], { stdio: ['ignore', 'ignore', 'inherit'] }));
async function until(action, what, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; ; ) {
    try {
      return await action();
    } catch (e) {
      if (Date.now() > end) throw new Error(what + ': ' + e.message);
      await delay(50);
    }
  }
}

process.on('exit', () => engine.kill('SIGKILL'));
launch();
Runtime.install({ logger: new DefaultLogger('ERROR', () => {}), telemetryOptions: { logging: { filter: 'OFF' } } });
const connection = await until(() => Connection.connect({ address }), 'connect');
const client = new Client({ connection });
const taskQueue = 'storm-' + Date.now();
const worker = await Worker.create({ connection: await NativeConnection.connect({ address }), taskQueue, workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'), activities });
const running = worker.run();
running.catch((e) => {
  console.log('the worker ended: ' + e);
  process.exit(1);
});
const storm = (async () => {
  for (let i = 0; i < Number(arg.kills); i++) {
    await delay(300 + random() * 1200);
    engine.kill('SIGKILL');
    await new Promise((resolve) => engine.once('exit', resolve));
    launch();
    await until(() => connection.workflowService.getSystemInfo({}), 'restart');
  }
})();
// The same request id however often the call is repeated: the signal must arrive exactly once.
const signal = (workflowId, value) => connection.workflowService.signalWorkflowExecution({
  namespace: 'default', workflowExecution: { workflowId }, signalName: 'add', requestId: `${workflowId}-${value}`, identity: 'storm', input: { payloads: [defaultPayloadConverter.toPayload(value)] },
});
const spread = Number(arg.kills) * 900;
const acknowledged = { starts: 0, signals: 0, updates: 0 };
const one = async (i) => {
  const workflowId = `storm-${taskQueue}-${i}`;
  await delay(random() * spread);
  await until(() => client.workflow.start('stormy', { taskQueue, workflowId, args: [3] }).catch((e) => {
    if (e.name !== 'WorkflowExecutionAlreadyStartedError') throw e;
  }), 'start');
  acknowledged.starts++;
  const handle = client.workflow.getHandle(workflowId);
  for (let s = 0; s < 3; s++) {
    await until(() => signal(workflowId, s), 'signal');
    acknowledged.signals++;
    const updateId = 'mark-' + s;
    assert.equal(await until(() => handle.executeUpdate('mark', { args: [s], updateId }), 'update'), s);
    acknowledged.updates++;
  }
  const result = await until(() => handle.result(), 'result of ' + workflowId, 120);
  assert.deepEqual(result.toSorted(), [0, 1, 2], `every signal of ${i} arrived exactly once`);
  return handle;
};
const begin = Date.now();
const handles = await Promise.all([...Array(Number(arg.workflows)).keys()].map(one));
await storm;
const took = (Date.now() - begin) / 1000;

// Every event of the kind, by the id it belongs to: exactly once.
const once = (history, kind, idOf) => {
  const ids = history.events.filter((e) => e[kind]).map((e) => String(idOf(e[kind], e)));
  assert.equal(new Set(ids).size, ids.length, `${kind}: twice in history`);
  return ids.toSorted();
};
const value = (payloads) => defaultPayloadConverter.fromPayload(payloads.payloads[0]);
const replays = [];
let events = 0;
for (const handle of handles) {
  const history = await until(() => handle.fetchHistory(), 'history');
  events += history.events.length;
  assert.deepEqual(history.events.map((e) => Number(e.eventId)), history.events.map((_, i) => i + 1));
  assert.deepEqual(once(history, 'workflowExecutionSignaledEventAttributes', (a) => value(a.input)), ['0', '1', '2'], 'three signals');
  assert.deepEqual(once(history, 'workflowExecutionUpdateAcceptedEventAttributes', (a) => a.protocolInstanceId), ['mark-0', 'mark-1', 'mark-2'], 'three updates');
  assert.deepEqual(once(history, 'workflowExecutionUpdateCompletedEventAttributes', (a) => a.meta.updateId), ['mark-0', 'mark-1', 'mark-2'], 'three completed updates');
  const timers = once(history, 'timerStartedEventAttributes', (a, e) => e.eventId);
  assert.deepEqual(once(history, 'timerFiredEventAttributes', (a) => a.startedEventId), timers, 'every timer fires once');
  const activities = once(history, 'activityTaskScheduledEventAttributes', (a, e) => e.eventId);
  assert.deepEqual(once(history, 'activityTaskCompletedEventAttributes', (a) => a.scheduledEventId), activities, 'every activity completes once');
  replays.push({ workflowId: handle.workflowId, history });
}
for await (const replayed of Worker.runReplayHistories({ workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs') }, replays)) if (replayed.error) throw replayed.error;
console.log(`${handles.length} workflows completed over ${arg.kills} kills in ${took.toFixed(1)} s; ${acknowledged.starts} starts, ${acknowledged.signals} signals and ${acknowledged.updates} updates`
  + ` acknowledged, each exactly once in history; ${events} events, ${replays.length} histories replayed`);
worker.shutdown();
await Promise.race([running, delay(5000)]);
engine.kill('SIGTERM');
process.exit(0);

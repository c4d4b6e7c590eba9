// Behaviours that official clients rely on, checked with the official TypeScript SDK against any server:
//   node conformance.mjs --address HOST:PORT [--only REGEX] [--histories FILE]
// --histories writes every history with ids and times masked, so that two engines can be compared field by field with diff.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { randomUUID } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { activities } from './activities.mjs';
import { serverChecks } from './checks.mjs';
import { routingChecks } from './routing.mjs';

const { values: arg } = parseArgs({ options: { address: { type: 'string', default: '127.0.0.1:7233' }, only: { type: 'string' }, histories: { type: 'string' } } });
Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
const connection = await Connection.connect({ address: arg.address });
const client = new Client({ connection });
const native = await NativeConnection.connect({ address: arg.address });
const taskQueue = 'tq-' + randomUUID();
// Bundled once, for all workers and replays.
const workflowBundle = await bundleWorkflowCode({ workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'), logger: new DefaultLogger('ERROR', () => {}) });
const worker = await Worker.create({ connection: native, taskQueue, workflowBundle, activities });
const running = worker.run();

const histories = {};
const masked = new Set(['eventTime', 'taskId', 'requestId', 'historySizeBytes', 'identity', 'workerVersion', 'useWorkflowBuildId', 'inheritBuildId', 'sdkMetadata', 'meteringMetadata', 'stackTrace', 'source', 'namespaceId', 'parentWorkflowNamespaceId', 'createTime', 'expireTime', 'firstWorkflowTaskBackoff', 'backoffStartInterval', 'buildId', 'binaryChecksum']);
// Ids become U1, U2, ... in order of appearance: the same id everywhere stays the same.
function comparable(history) {
  const ids = new Map();
  const sorted = (value) => (value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value);
  const keep = (key, value) => {
    if (masked.has(key) || value === null) return undefined;
    // The marker of a local activity holds its times.
    return key === 'data' && String(value).startsWith('eyJzZXEiOj') ? 'local activity' : sorted(value);
  };
  const text = JSON.stringify(history.events, keep)
    .replace(/[^"]*-[0-9a-f]{32}"/g, 'sticky"')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => ids.get(id) ?? (ids.set(id, 'U' + (ids.size + 1)), ids.get(id)));
  return JSON.parse(text);
}
const start = (type, args = [], options = {}) => client.workflow.start(type, { taskQueue, workflowId: type + '-' + randomUUID(), args, ...options });
// Until the first workflow task is done: what follows is then the same on every engine.
async function settled(h) {
  for (let i = 0; (await h.describe()).historyLength < 4; i++) {
    assert.ok(i < 400, 'the first task is done within seconds');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
async function eventually(condition, what) {
  for (let i = 0; !(await condition()); i++) {
    assert.ok(i < 800, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const failure = (promise) => promise.then(() => assert.fail('expected a failure'), (e) => e);
async function sequence(name, handle) {
  const history = await handle.fetchHistory();
  histories[name] = comparable(history);
  assert.deepEqual(history.events.map((e) => Number(e.eventId)), history.events.map((_, i) => i + 1), 'event ids are contiguous');
  await Worker.runReplayHistory({ workflowBundle }, history, handle.workflowId);
}

const checks = {
  'a workflow returns its result': async (name) => {
    const h = await start('echo', [{ a: 1 }]);
    assert.deepEqual(await h.result(), { a: 1 });
    assert.equal((await h.describe()).status.name, 'COMPLETED');
    await sequence(name, h);
  },
  'activities run one after the other': async (name) => {
    const h = await start('activities', [['x', 'y', 'z']]);
    assert.deepEqual(await h.result(), ['hello x', 'hello y', 'hello z']);
    await sequence(name, h);
  },
  'activities run in parallel': async () => assert.equal(await (await start('parallel', [20])).result(), 20),
  'a failing activity is retried without trace': async (name) => {
    const h = await start('retried');
    assert.equal(await h.result(), 3);
    await sequence(name, h);
  },
  'an exhausted activity fails the workflow': async (name) => {
    const h = await start('exhausted');
    const e = await failure(h.result());
    assert.equal(e.cause.cause.message, 'attempt 2 failed');
    assert.equal(e.cause.retryState, 'MAXIMUM_ATTEMPTS_REACHED');
    await sequence(name, h);
  },
  'heartbeat details reach the next attempt': async () => assert.deepEqual(await (await start('handedOver')).result(), { step: 7 }),
  'an activity times out': async (name) => {
    const h = await start('timesOut');
    const e = await failure(h.result());
    assert.equal(e.cause.cause.message, 'activity StartToClose timeout');
    await sequence(name, h);
  },
  'timers fire': async () => assert.equal(await (await start('timers')).result(), 'rang'),
  'signals and queries': async (name) => {
    const h = await start('signals', [2]);
    await settled(h);
    await h.signal('add', 1);
    assert.equal(await h.query('sum'), 1);
    await h.signal('add', 2);
    assert.deepEqual(await h.result(), [1, 2]);
    assert.equal(await h.query('sum'), 2);
    await sequence(name, h);
  },
  'an unknown query is refused by name': async () => {
    const h = await start('signals', [1]);
    const e = await failure(h.query('nope'));
    assert.match(e.message, /did not register a handler for nope/);
    await h.terminate();
  },
  'updates: result, refusal, activity, end': async (name) => {
    const h = await start('updates');
    await settled(h);
    assert.equal(await h.executeUpdate('add', { args: [5], updateId: 'u1' }), 5);
    assert.equal(await h.executeUpdate('add', { args: [5], updateId: 'u1' }), 5, 'same id, same outcome');
    assert.equal((await failure(h.executeUpdate('add', { args: [-1] }))).cause.message, 'negative');
    assert.equal(await h.executeUpdate('viaActivity', { args: ['u'] }), 'hello u');
    await h.executeUpdate('finish');
    assert.equal(await h.result(), 5);
    await sequence(name, h);
  },
  'children complete and fail': async (name) => {
    const h = await start('parent');
    assert.deepEqual(await h.result(), [42, 'child failed']);
    await sequence(name, h);
  },
  'a chain of continued runs is followed': async () => assert.equal(await (await start('countdown', [1])).result(), 'zero'),
  'cancellation ends as cancelled': async (name) => {
    const h = await start('waits');
    await settled(h);
    await h.cancel();
    assert.equal((await failure(h.result())).cause.constructor.name, 'CancelledFailure');
    assert.equal((await h.describe()).status.name, 'CANCELLED');
    await sequence(name, h);
  },
  'termination names its reason': async () => {
    const h = await start('waits');
    await h.terminate('because');
    assert.equal((await failure(h.result())).cause.constructor.name, 'TerminatedFailure');
    assert.equal((await failure(h.signal('add'))).constructor.name, 'WorkflowNotFoundError');
  },
  'a run times out': async () => {
    const h = await start('waits', [], { workflowRunTimeout: '1s' });
    assert.equal((await failure(h.result())).cause.constructor.name, 'TimeoutFailure');
  },
  'signals to other workflows': async () => {
    const target = await start('signals', [1]);
    assert.match(await (await start('external', [target.workflowId])).result(), /Failure|Error/);
    assert.deepEqual(await target.result(), ['from outside']);
  },
  'a failed workflow shows its failure': async (name) => {
    const h = await start('fails');
    const e = await failure(h.result());
    assert.equal(e.cause.type, 'Custom');
    await sequence(name, h);
  },
  'a running id cannot be started twice': async () => {
    const h = await start('waits');
    const e = await failure(client.workflow.start('waits', { taskQueue, workflowId: h.workflowId }));
    assert.equal(e.constructor.name, 'WorkflowExecutionAlreadyStartedError');
    await h.terminate();
  },
  'signal with start': async (name) => {
    const h = await client.workflow.signalWithStart('signals', { taskQueue, workflowId: 'sws-' + randomUUID(), args: [1], signal: 'add', signalArgs: ['s'] });
    assert.deepEqual(await h.result(), ['s']);
    await sequence(name, h);
  },
  'update with start': async (name) => {
    const workflowId = 'uws-' + randomUUID();
    const operation = () => new WithStartWorkflowOperation('updates', { taskQueue, workflowId, workflowIdConflictPolicy: 'USE_EXISTING' });
    assert.equal(await client.workflow.executeUpdateWithStart('add', { args: [3], startWorkflowOperation: operation() }), 3);
    assert.equal(await client.workflow.executeUpdateWithStart('add', { args: [4], startWorkflowOperation: operation() }), 7);
    const h = client.workflow.getHandle(workflowId);
    await h.executeUpdate('finish');
    assert.equal(await h.result(), 7);
    await sequence(name, h);
  },
  'listing and counting by filter': async () => {
    const h = await start('waits');
    const query = `WorkflowId = "${h.workflowId}" AND ExecutionStatus = "Running" AND WorkflowType STARTS_WITH "wai"`;
    for (let i = 0; (await client.workflow.count(query)).count !== 1; i++) {
      assert.ok(i < 100, 'visible within seconds');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for await (const found of client.workflow.list({ query })) assert.equal(found.runId, (await h.describe()).runId);
    await h.terminate();
    assert.match((await failure(client.workflow.count('this is not a query'))).cause.details, /malformed SQL query: syntax error at position 41 near 'a'/);
  },
  ...serverChecks({ client, connection, taskQueue, start, settled, eventually, failure, sequence }),
  ...routingChecks({ client, connection, native, workflowBundle, eventually, failure, sequence }),
  'a missing workflow is not found': async () => {
    const e = await failure(client.workflow.getHandle('missing').describe());
    assert.equal(e.constructor.name, 'WorkflowNotFoundError');
  },
};

let failed = 0;
let passed = 0;
const waiting = Object.entries(checks).filter(([name]) => !arg.only || new RegExp(arg.only).test(name));
async function work() {
  for (let next; (next = waiting.shift()); ) {
    const [name, check] = next;
    let timer;
    try {
      const limit = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('no end within 60 s')), 60000)));
      await Promise.race([check(name), limit]);
      passed++;
      console.log('ok      ' + name);
    } catch (e) {
      failed++;
      console.log('FAILED  ' + name + ': ' + (e.stack ?? e));
    } finally {
      clearTimeout(timer);
    }
  }
}
// Most checks only wait: four at a time.
await Promise.all([work(), work(), work(), work()]);

if (arg.histories) fs.writeFileSync(arg.histories, JSON.stringify(Object.fromEntries(Object.entries(histories).toSorted(([a], [b]) => (a < b ? -1 : 1))), null, 1) + '\n');
console.log(`${passed} passed, ${failed} failed`);
worker.shutdown();
await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 10000))]);
process.exit(failed ? 1 : 0);

// Behaviours that official clients rely on, checked with the official TypeScript SDK against any server:
//   node conformance.mjs --address HOST:PORT [--only REGEX] [--histories FILE]
// --histories writes every history with ids and times masked, so that two engines can be compared field by field with diff.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { randomUUID } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activities, tokens } from './activities.mjs';

const { values: arg } = parseArgs({ options: { address: { type: 'string', default: '127.0.0.1:7233' }, only: { type: 'string' }, histories: { type: 'string' } } });
Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
const connection = await Connection.connect({ address: arg.address });
const client = new Client({ connection });
const native = await NativeConnection.connect({ address: arg.address });
const taskQueue = 'tq-' + randomUUID();
const worker = await Worker.create({ connection: native, taskQueue, workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'), activities });
const running = worker.run();

const histories = {};
const masked = new Set(['eventTime', 'taskId', 'requestId', 'historySizeBytes', 'identity', 'workerVersion', 'useWorkflowBuildId', 'inheritBuildId', 'sdkMetadata', 'meteringMetadata', 'stackTrace', 'source', 'namespaceId', 'parentWorkflowNamespaceId', 'createTime', 'expireTime', 'buildId', 'binaryChecksum']);
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
    assert.ok(i < 200, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const lastResult = (history) => defaultPayloadConverter.fromPayload(history.events.at(-1).workflowExecutionCompletedEventAttributes.result.payloads[0]);
const rpc = connection.workflowService;
const failure = (promise) => promise.then(() => assert.fail('expected a failure'), (e) => e);
async function sequence(name, handle) {
  const history = await handle.fetchHistory();
  histories[name] = comparable(history);
  assert.deepEqual(history.events.map((e) => Number(e.eventId)), history.events.map((_, i) => i + 1), 'event ids are contiguous');
  await Worker.runReplayHistory({ workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs') }, history, handle.workflowId);
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
  'the server names itself and what it can': async () => {
    const info = await rpc.getSystemInfo({});
    assert.match(info.serverVersion, /^1\./);
    for (const bit of ['supportsSchedules', 'upsertMemo', 'eagerWorkflowStart', 'sdkMetadata', 'countGroupByExecutionStatus']) assert.equal(info.capabilities[bit], true, bit);
    const ns = await rpc.describeNamespace({ namespace: 'default' });
    assert.equal(ns.namespaceInfo.name, 'default');
    assert.match((await failure(rpc.describeNamespace({ namespace: 'nowhere' }))).details, /Namespace nowhere is not found/);
  },
  'a start repeated with its request id is one start': async () => {
    const request = { namespace: 'default', workflowId: 'idem-' + randomUUID(), workflowType: { name: 'waits' }, taskQueue: { name: taskQueue }, requestId: randomUUID() };
    const [a, b] = [await rpc.startWorkflowExecution(request), await rpc.startWorkflowExecution(request)];
    assert.equal(a.runId, b.runId);
    await client.workflow.getHandle(request.workflowId).terminate();
  },
  'a signal repeated with its request id is one signal': async () => {
    const h = await start('signals', [2]);
    const request = { namespace: 'default', workflowExecution: { workflowId: h.workflowId }, signalName: 'add', requestId: randomUUID() };
    await rpc.signalWorkflowExecution(request);
    await rpc.signalWorkflowExecution(request);
    assert.equal(await h.query('sum'), 1);
    await h.terminate();
  },
  'id policies: reject, failed only, use existing, terminate': async () => {
    const workflowId = 'policy-' + randomUUID();
    const first = await client.workflow.start('echo', { taskQueue, workflowId, args: [1] });
    await first.result();
    for (const workflowIdReusePolicy of ['REJECT_DUPLICATE', 'ALLOW_DUPLICATE_FAILED_ONLY'])
      assert.equal((await failure(client.workflow.start('echo', { taskQueue, workflowId, workflowIdReusePolicy }))).name, 'WorkflowExecutionAlreadyStartedError');
    const second = await client.workflow.start('waits', { taskQueue, workflowId });
    const same = await client.workflow.start('waits', { taskQueue, workflowId, workflowIdConflictPolicy: 'USE_EXISTING' });
    assert.equal(same.firstExecutionRunId, second.firstExecutionRunId);
    const third = await client.workflow.start('waits', { taskQueue, workflowId, workflowIdConflictPolicy: 'TERMINATE_EXISTING' });
    assert.notEqual(third.firstExecutionRunId, second.firstExecutionRunId);
    await third.terminate();
  },
  'reset applies signals and updates again': async () => {
    const h = await start('resettable');
    await settled(h);
    await h.signal('add', 'x');
    await h.executeUpdate('upd', { args: ['1'] });
    await h.executeUpdate('upd', { args: ['2'] });
    const { runId } = await rpc.resetWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId: h.workflowId }, workflowTaskFinishEventId: 4, requestId: randomUUID(), reason: 'again' });
    await h.signal('add', 'finish');
    const [, got] = await client.workflow.getHandle(h.workflowId).result();
    assert.deepEqual(got.toSorted(), ['finish', 'u1', 'u2', 'x']);
    const history = await client.workflow.getHandle(h.workflowId, runId).fetchHistory();
    assert.equal(history.events.filter((e) => e.workflowExecutionUpdateAdmittedEventAttributes).length, 2);
    assert.equal(history.events[3].workflowTaskFailedEventAttributes.newRunId, runId);
    assert.equal((await failure(h.result())).cause.constructor.name, 'TerminatedFailure');
  },
  'a cron workflow runs again with its last result': async () => {
    const h = await start('cron', [], { cronSchedule: '@every 1s' });
    await eventually(async () => (await client.workflow.count(`WorkflowId = "${h.workflowId}" AND ExecutionStatus = "Completed"`)).count >= 2, 'two runs within ten seconds');
    const results = [];
    for await (const run of client.workflow.list({ query: `WorkflowId = "${h.workflowId}" AND ExecutionStatus = "Completed"` })) results.push(lastResult(await client.workflow.getHandle(h.workflowId, run.runId).fetchHistory()));
    assert.ok(results.includes(1) && results.includes(2), JSON.stringify(results));
    await client.workflow.getHandle(h.workflowId).terminate();
  },
  'a failed run is tried again with its failure': async (name) => {
    const h = await start('retryingRun', [], { retry: { initialInterval: '1500ms', maximumAttempts: 3 } });
    assert.deepEqual(await h.result(), [2, 'first run failed']);
    await sequence(name, client.workflow.getHandle(h.workflowId));
  },
  'a start delay holds the first task back': async () => {
    const before = Date.now();
    const h = await start('echo', [1], { startDelay: '1s' });
    assert.equal(await h.result(), 1);
    assert.ok(Date.now() - before >= 950);
  },
  'search attributes and memo change and vanish': async (name) => {
    await connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: { ConfKeyword: 2, ConfInt: 3 } }).catch(() => {});
    const h = await start('attributes', [], { memo: { start: 1 } });
    await eventually(async () => (await h.describe()).historyLength >= 12, 'the second task is done');
    const d = await h.describe();
    assert.deepEqual([d.memo.note, d.memo.gone, d.memo.start], ['x', undefined, 1]);
    assert.deepEqual([d.searchAttributes.ConfKeyword, d.searchAttributes.ConfInt], [['a'], undefined]);
    await eventually(async () => (await client.workflow.count(`ConfKeyword = "a" AND WorkflowId = "${h.workflowId}"`)).count === 1, 'found by its attribute');
    await h.terminate();
    await sequence(name, h);
  },
  'an activity is completed from outside by token': async () => {
    const h = await start('asyncActivity');
    await eventually(() => tokens.has(h.workflowId), 'the activity runs');
    await client.activity.heartbeat(tokens.get(h.workflowId), 'beat');
    await client.activity.complete(tokens.get(h.workflowId), 'from outside');
    assert.equal(await h.result(), 'from outside');
    assert.equal((await failure(client.activity.complete(tokens.get(h.workflowId), 'twice'))).name, 'ActivityNotFoundError');
  },
  'an activity is completed from outside by id': async () => {
    const h = await start('asyncActivity');
    await eventually(() => tokens.has(h.workflowId), 'the activity runs');
    await client.activity.complete({ workflowId: h.workflowId, activityId: '1' }, 'by id');
    assert.equal(await h.result(), 'by id');
  },
  'a running activity hears of its cancellation': async () => assert.equal(await (await start('cancelsActivity')).result(), true),
  'parent close policies': async () => {
    const h = await start('policies');
    await h.result();
    const status = async (suffix) => (await client.workflow.getHandle(h.workflowId + suffix).describe()).status.name;
    await eventually(async () => (await status('-t')) === 'TERMINATED' && (await status('-c')) === 'CANCELLED', 'children end');
    assert.equal(await status('-a'), 'RUNNING');
    await client.workflow.getHandle(h.workflowId + '-a').terminate();
  },
  'a child id in use is refused': async () => assert.equal(await (await start('childIdInUse')).result(), 'WorkflowExecutionAlreadyStartedError'),
  'patches are recorded': async (name) => {
    const h = await start('patches');
    assert.deepEqual(await h.result(), [true]);
    await sequence(name, h);
  },
  'local activities leave markers': async (name) => {
    const h = await start('local');
    assert.deepEqual(await h.result(), ['hello near', 3]);
    await sequence(name, h);
  },
  'the other activity timeouts': async () => assert.deepEqual(await (await start('timeouts')).result(),
    ['activity ScheduleToStart timeout', 'activity ScheduleToStart timeout', 'activity Heartbeat timeout']),
  'a failing task leaves no trace of its repetitions and heals': async () => {
    const h = await start('broken');
    await eventually(async () => (await h.fetchHistory()).events.some((e) => e.workflowTaskFailedEventAttributes), 'the task fails');
    await h.signal('heal');
    assert.equal(await h.result(), 'healed');
    // The signal begins a new task, whose first failure is recorded again.
    assert.ok((await h.fetchHistory()).events.filter((e) => e.workflowTaskFailedEventAttributes).length <= 2);
  },
  'a timer is cancelled': async (name) => {
    const h = await start('cancelledTimer');
    assert.equal(await h.result(), 'cancelled');
    await sequence(name, h);
  },
  'update stages: accepted first, completed later': async () => {
    const h = await start('updates');
    const update = await h.startUpdate('viaActivity', { args: ['s'], waitForStage: 'ACCEPTED' });
    assert.equal(await update.result(), 'hello s');
    assert.equal(await h.getUpdateHandle(update.updateId).result(), 'hello s');
    await h.executeUpdate('finish');
    assert.match((await failure(h.executeUpdate('add', { args: [1] }))).message, /completed|not found/);
  },
  'history comes in pages, backwards, and closed only': async () => {
    const h = await start('activities', [['a', 'b', 'c']]);
    await h.result();
    const execution = { workflowId: h.workflowId, runId: h.firstExecutionRunId };
    const ids = [];
    for (let nextPageToken; ; ) {
      const page = await rpc.getWorkflowExecutionHistory({ namespace: 'default', execution, maximumPageSize: 4, nextPageToken });
      ids.push(...page.history.events.map((e) => Number(e.eventId)));
      nextPageToken = page.nextPageToken;
      if (!nextPageToken?.length) break;
    }
    assert.deepEqual(ids, ids.map((_, i) => i + 1));
    const backwards = await rpc.getWorkflowExecutionHistoryReverse({ namespace: 'default', execution, maximumPageSize: 3 });
    assert.deepEqual(backwards.history.events.slice(0, 3).map((e) => Number(e.eventId)), [ids.length, ids.length - 1, ids.length - 2]);
    const close = await rpc.getWorkflowExecutionHistory({ namespace: 'default', execution, historyEventFilterType: 2, waitNewEvent: true });
    assert.equal(close.history.events.length, 1);
  },
  'counts are grouped by status': async () => {
    const id = 'group-' + randomUUID();
    for (const n of [1, 2]) await client.workflow.start('waits', { taskQueue, workflowId: id + n });
    await client.workflow.getHandle(id + 1).terminate();
    const query = `WorkflowId STARTS_WITH "${id}" GROUP BY ExecutionStatus`;
    await eventually(async () => (await client.workflow.count(query)).groups.length === 2, 'two groups');
    assert.deepEqual((await client.workflow.count(query)).groups.map((g) => [g.groupValues[0][0] ?? g.groupValues[0], Number(g.count)]).toSorted(), [['Running', 1], ['Terminated', 1]]);
    await client.workflow.getHandle(id + 2).terminate();
  },
  'schedules: create, trigger, pause, backfill, update, delete': async () => {
    const scheduleId = 'schedule-' + randomUUID();
    const action = { type: 'startWorkflow', workflowType: 'echo', workflowId: scheduleId + '-run', taskQueue, args: ['tick'] };
    const h = await client.schedule.create({ scheduleId, spec: { calendars: [{ hour: 3, comment: 'nightly' }], intervals: [{ every: '1h', offset: '5m' }] }, action, policies: { overlap: 'ALLOW_ALL' } });
    assert.equal((await failure(client.schedule.create({ scheduleId, spec: {}, action }))).name, 'ScheduleAlreadyRunning');
    await h.trigger();
    await h.backfill({ start: new Date('2024-01-01T00:00:00Z'), end: new Date('2024-01-01T02:10:00Z'), overlap: 'ALLOW_ALL' });
    await eventually(async () => (await client.workflow.count(`TemporalScheduledById = "${scheduleId}" AND ExecutionStatus = "Completed"`)).count === 4, 'a trigger and three backfilled runs');
    await h.pause('tired');
    let d = await h.describe();
    assert.deepEqual([d.state.paused, d.state.note, d.info.numActionsTaken], [true, 'tired', 4]);
    assert.equal(d.spec.calendars[0].comment, 'nightly');
    assert.equal(d.info.nextActionTimes.length, 10);
    await h.unpause();
    await h.update((s) => ({ ...s, spec: { intervals: [{ every: '2h' }] } }));
    await eventually(async () => (await h.describe()).spec.intervals[0].every === 7200000, 'the new interval');
    d = await h.describe();
    assert.equal(d.info.nextActionTimes[1] - d.info.nextActionTimes[0], 7200000);
    await h.delete();
    assert.equal((await failure(h.describe())).name, 'ScheduleNotFoundError');
  },
  'a schedule does not overlap itself': async () => {
    const scheduleId = 'overlap-' + randomUUID();
    const action = { type: 'startWorkflow', workflowType: 'waits', workflowId: scheduleId + '-run', taskQueue };
    const h = await client.schedule.create({ scheduleId, spec: {}, action, policies: { overlap: 'SKIP' } });
    await h.trigger('SKIP');
    await eventually(async () => (await h.describe()).raw.info.runningWorkflows.length === 1, 'one runs');
    await h.trigger('SKIP');
    await eventually(async () => (await h.describe()).info.numActionsSkippedOverlap === 1, 'the second is skipped');
    await h.trigger('TERMINATE_OTHER');
    await eventually(async () => (await h.describe()).info.numActionsTaken === 2, 'the third replaces the first');
    const [running] = (await h.describe()).raw.info.runningWorkflows;
    await h.delete();
    await client.workflow.getHandle(running.workflowId).terminate();
  },
  'a batch terminates what a query finds': async () => {
    const id = 'batch-' + randomUUID();
    for (const n of [1, 2, 3]) await client.workflow.start('waits', { taskQueue, workflowId: id + '-' + n });
    const visibilityQuery = `WorkflowId STARTS_WITH "${id}" AND ExecutionStatus = "Running"`;
    await eventually(async () => (await client.workflow.count(visibilityQuery)).count === 3, 'three run');
    await rpc.startBatchOperation({ namespace: 'default', jobId: id, reason: 'clean up', visibilityQuery, terminationOperation: {} });
    await eventually(async () => (await rpc.describeBatchOperation({ namespace: 'default', jobId: id })).state === 2, 'the batch completes');
    const d = await rpc.describeBatchOperation({ namespace: 'default', jobId: id });
    assert.deepEqual([Number(d.totalOperationCount), Number(d.completeOperationCount)], [3, 3]);
  },
  'pollers are seen': async () => {
    for (const taskQueueType of [1, 2]) {
      const d = await rpc.describeTaskQueue({ namespace: 'default', taskQueue: { name: taskQueue }, taskQueueType });
      assert.ok(d.pollers.length >= 1);
    }
  },
  'pending activities are paused, shown and unpaused': async () => {
    const h = await start('asyncActivity');
    await eventually(() => tokens.has(h.workflowId), 'the activity runs');
    const target = { namespace: 'default', execution: { workflowId: h.workflowId }, id: '1' };
    await rpc.pauseActivity({ ...target, reason: 'wait' });
    assert.equal((await h.describe()).raw.pendingActivities[0].paused, true);
    await rpc.unpauseActivity(target);
    assert.ok(!(await h.describe()).raw.pendingActivities[0].paused);
    await client.activity.complete(tokens.get(h.workflowId), 'done');
    assert.equal(await h.result(), 'done');
  },
  'summary and details are kept': async () => {
    const h = await start('details', [], { staticSummary: 'a summary', staticDetails: 'some details' });
    await settled(h);
    assert.equal(await (await h.describe()).staticSummary(), 'a summary');
    assert.equal((await h.query('__temporal_workflow_metadata')).currentDetails, '**waiting**');
    await h.terminate();
  },
  'a priority reaches the workflow': async () => assert.equal(await (await start('prioritised', [], { priority: { priorityKey: 2 } })).result(), 2),
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
      const limit = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('no end within 40 s')), 40000)));
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

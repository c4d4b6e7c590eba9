// Further behaviours of the conformance suite: what a server does beyond running workflows from start to end.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { tokens } from './activities.mjs';

const lastResult = (history) => defaultPayloadConverter.fromPayload(history.events.at(-1).workflowExecutionCompletedEventAttributes.result.payloads[0]);

export const serverChecks = ({ client, connection, taskQueue, start, settled, eventually, failure, sequence, rpc = connection.workflowService }) => ({
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
    const done = async () => (await client.workflow.count(`TemporalScheduledById = "${scheduleId}" AND ExecutionStatus = "Completed"`)).count;
    await h.trigger();
    await eventually(async () => await done() === 1, 'a triggered run');
    await h.backfill({ start: new Date('2024-01-01T00:00:00Z'), end: new Date('2024-01-01T02:10:00Z'), overlap: 'ALLOW_ALL' });
    await eventually(async () => await done() === 4, 'a trigger and three backfilled runs');
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
    // In another second, because the time is part of the id.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await h.trigger('TERMINATE_OTHER');
    await eventually(async () => (await h.describe()).info.numActionsTaken === 2, 'the third replaces the first');
    let running;
    await eventually(async () => ([running] = (await h.describe()).raw.info.runningWorkflows) && running, 'the replacement is listed');
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
});

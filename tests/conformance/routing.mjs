// Which worker gets what: worker deployment versions and priorities.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';

const namespace = 'default';

export const routingChecks = ({ client, connection, native, workflowBundle, eventually, failure, sequence, rpc = connection.workflowService }) => {
  const withWorker = async (options, action) => {
    const worker = await Worker.create({ connection: native, workflowBundle, ...options });
    return worker.runUntil(action);
  };
  const onBuild = (deploymentName, buildId, taskQueue, action) => withWorker({
    taskQueue, activities: { greet: async (what) => `${what} on ${buildId}` },
    workerDeploymentOptions: { useWorkerVersioning: true, version: { deploymentName, buildId }, defaultVersioningBehavior: 'PINNED' },
  }, action);
  // Both its queues have been polled, that for workflow tasks and that for activities.
  const seen = (deploymentName, buildId) => eventually(async () => (await rpc.describeWorkerDeploymentVersion({ namespace, deploymentVersion: { deploymentName, buildId } }).catch(() => null))?.versionTaskQueues.length === 2, buildId + ' is seen');
  const current = (deploymentName, buildId) => rpc.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId, identity: 'conformance' });
  const started = async (h) => eventually(async () => Number((await h.describe()).historyLength) >= 10, 'the first activity is done');
  // A routing change takes effect on every queue within moments, not in the same one.
  const routed = (taskQueue, version) => eventually(async () => {
    const found = await Promise.all([1, 2].map(async (taskQueueType) => (await rpc.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType })).versioningInfo?.currentVersion));
    return found.every((v) => v === version);
  }, version + ' is current on the queue');

  return {
    'worker deployments: pinned runs stay, others move': async (name) => {
      const [deployment, taskQueue] = ['deployment-' + randomUUID(), 'versions-' + randomUUID()];
      const start = (type, args = []) => client.workflow.start(type, { taskQueue, workflowId: `${type}-${randomUUID()}`, args });
      assert.equal((await failure(current(deployment, 'one'))).code, 9);
      await onBuild(deployment, 'one', taskQueue, async () => {
        await seen(deployment, 'one');
        await current(deployment, 'one');
        await routed(taskQueue, deployment + '.one');
        const [pinned, moves] = [await start('pinned'), await start('autoUpgrade')];
        await started(pinned);
        await started(moves);
        await onBuild(deployment, 'two', taskQueue, async () => {
          await seen(deployment, 'two');
          assert.equal((await failure(current(deployment, 'three'))).code, 5);
          await current(deployment, 'two');
          await routed(taskQueue, deployment + '.two');
          await pinned.signal('go');
          await moves.signal('go');
          assert.deepEqual(await pinned.result(), ['before on one', 'after on one', 'child on two'], 'a child starts where its pinned parent is, then follows its own behaviour');
          assert.deepEqual(await moves.result(), ['before on one', 'after on two', 'end']);
          const again = await start('pinnedAgain', [1]);
          assert.equal(await again.result(), 'run on two');
          const d = await pinned.describe();
          assert.equal(d.raw.workflowExecutionInfo.versioningInfo.deploymentVersion.buildId, 'one');
          const info = (await rpc.describeWorkerDeployment({ namespace, deploymentName: deployment })).workerDeploymentInfo;
          assert.deepEqual(info.versionSummaries.map((v) => [v.deploymentVersion.buildId, v.status]), [['two', 2], ['one', 4]]);
          assert.equal((await rpc.listWorkerDeployments({ namespace })).workerDeployments.filter((w) => w.name === deployment).length, 1);
          await sequence(name + ' (pinned)', pinned);
          await sequence(name + ' (pinned child)', client.workflow.getHandle(pinned.workflowId + '-child'));
          await sequence(name + ' (auto upgrade)', moves);
          await sequence(name + ' (continued)', client.workflow.getHandle(again.workflowId));
        });
      });
    },
    'worker deployments: ramp, override, metadata, refusals': async (name) => {
      const [deploymentName, taskQueue] = ['deployment-' + randomUUID(), 'versions-' + randomUUID()];
      const version = (buildId) => ({ deploymentName, buildId });
      const ramp = (buildId, percentage) => rpc.setWorkerDeploymentRampingVersion({ namespace, deploymentName, buildId, percentage, identity: 'conformance' });
      await onBuild(deploymentName, 'one', taskQueue, () => onBuild(deploymentName, 'two', taskQueue, async () => {
        await seen(deploymentName, 'one');
        await seen(deploymentName, 'two');
        await current(deploymentName, 'one');
        await routed(taskQueue, deploymentName + '.one');
        assert.equal((await failure(ramp('two', 150))).details, 'Percentage must be between 0 and 100 (inclusive)');
        assert.match((await failure(ramp('one', 50))).details, /^requested ramping version .* is already current$/);
        await ramp('two', 100);
        await eventually(async () => (await rpc.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType: 1 })).versioningInfo.rampingVersionPercentage === 100, 'the ramp reaches the queue');
        const ramped = await client.workflow.start('pinned', { taskQueue, workflowId: 'ramped-' + randomUUID() });
        await started(ramped);
        assert.equal((await ramped.describe()).raw.workflowExecutionInfo.versioningInfo.deploymentVersion.buildId, 'two');
        const versioningOverride = { pinned: { behavior: 1, version: version('one') } };
        await rpc.updateWorkflowExecutionOptions({ namespace, workflowExecution: { workflowId: ramped.workflowId }, updateMask: { paths: ['versioning_override'] }, workflowExecutionOptions: { versioningOverride } });
        await ramped.signal('go');
        assert.deepEqual(await ramped.result(), ['before on two', 'after on one', 'child on one'], 'a child inherits the override');
        await sequence(name, ramped);
        await rpc.updateWorkerDeploymentVersionMetadata({ namespace, deploymentVersion: version('two'), upsertEntries: { note: { data: Buffer.from('"x"') } }, identity: 'conformance' });
        const described = await rpc.describeWorkerDeploymentVersion({ namespace, deploymentVersion: version('two') });
        assert.deepEqual(Object.keys(described.workerDeploymentVersionInfo.metadata.entries), ['note']);
        assert.deepEqual(described.versionTaskQueues.map((q) => q.name), [taskQueue, taskQueue]);
        const remove = (buildId) => failure(rpc.deleteWorkerDeploymentVersion({ namespace, deploymentVersion: version(buildId), identity: 'conformance' }));
        assert.equal((await remove('one')).details, 'Version cannot be deleted since it is current or ramping.');
        await current(deploymentName, '');
        assert.equal((await remove('one')).details, 'Version cannot be deleted since it is draining.');
        const conflict = rpc.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId: 'one', identity: 'x', conflictToken: Buffer.from('old') });
        assert.equal((await failure(conflict)).details, 'conflict token mismatch');
      }));
    },
    'tasks of one queue come by priority': async () => {
      const taskQueue = 'priorities-' + randomUUID();
      const order = [];
      const workflowId = (key) => `priority-${key}-${taskQueue}`;
      const keys = [5, 3, 1, 4, 2];
      for (const priorityKey of keys) await client.workflow.start('activities', { taskQueue, workflowId: workflowId(priorityKey), args: [[String(priorityKey)]], priority: { priorityKey } });
      // First all workflow tasks, with no worker for activities: then these wait together.
      const only = { taskQueue, maxConcurrentWorkflowTaskExecutions: 1, maxCachedWorkflows: 0 };
      await withWorker(only, () => eventually(async () => (await Promise.all(keys.map(async (k) => Number((await client.workflow.getHandle(workflowId(k)).describe()).historyLength)))).every((n) => n >= 5), 'all are scheduled'));
      const activities = { greet: async (key) => void order.push(Number(key)) };
      await withWorker({ taskQueue, activities, maxConcurrentActivityTaskExecutions: 1, maxConcurrentActivityTaskPolls: 1 }, () => Promise.all(keys.map((k) => client.workflow.getHandle(workflowId(k)).result())));
      assert.deepEqual(order, [1, 2, 3, 4, 5]);
    },
  };
};

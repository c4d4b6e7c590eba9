// The workflows of the conformance suite.
const wf = require('@temporalio/workflow');

const { greet, failTimes, beatThenFail } = wf.proxyActivities({ startToCloseTimeout: '10s', retry: { initialInterval: '100ms' } });
const once = wf.proxyActivities({ startToCloseTimeout: '10s', retry: { maximumAttempts: 2, initialInterval: '50ms' } });
const hanging = wf.proxyActivities({ startToCloseTimeout: '1s', retry: { maximumAttempts: 1 } });

exports.echo = async (x) => x;
exports.activities = async (names) => {
  const out = [];
  for (const n of names) out.push(await greet(n));
  return out;
};
exports.parallel = async (n) => (await Promise.all([...Array(n).keys()].map((i) => greet(String(i))))).length;
exports.retried = async () => failTimes(2);
exports.exhausted = async () => once.failTimes(99);
exports.handedOver = async () => beatThenFail();
exports.timesOut = async () => hanging.hang();
exports.timers = async () => {
  await Promise.all([wf.sleep(30), wf.sleep(60)]);
  return 'rang';
};
exports.signals = async (n) => {
  const got = [];
  wf.setHandler(wf.defineSignal('add'), (x) => void got.push(x));
  wf.setHandler(wf.defineQuery('sum'), () => got.length);
  await wf.condition(() => got.length >= n);
  return got;
};
exports.updates = async () => {
  let total = 0;
  let done = false;
  wf.setHandler(wf.defineUpdate('add'), (n) => (total += n), {
    validator: (n) => {
      if (n < 0) throw wf.ApplicationFailure.create({ message: 'negative', type: 'Negative' });
    },
  });
  wf.setHandler(wf.defineUpdate('viaActivity'), async (n) => greet(n));
  wf.setHandler(wf.defineUpdate('finish'), () => void (done = true));
  await wf.condition(() => done);
  return total;
};
exports.child = async (n) => {
  await wf.sleep(10);
  return n * 2;
};
exports.childFails = async () => {
  throw wf.ApplicationFailure.nonRetryable('child failed', 'ChildFailed');
};
exports.parent = async () => {
  const id = wf.workflowInfo().workflowId;
  const a = await wf.executeChild('child', { workflowId: id + '-a', args: [21] });
  const b = await wf.executeChild('childFails', { workflowId: id + '-b' }).catch((e) => e.cause.message);
  return [a, b];
};
exports.countdown = async (n) => {
  await wf.sleep(10);
  if (n > 0) await wf.continueAsNew(n - 1);
  return 'zero';
};
exports.waits = async () => {
  await wf.condition(() => false);
};
exports.external = async (other) => {
  const handle = wf.getExternalWorkflowHandle(other);
  await handle.signal('add', 'from outside');
  const missing = await wf.getExternalWorkflowHandle('missing-' + other).signal('add', 1).then(() => 'sent', (e) => e.name);
  return missing;
};
exports.fails = async () => {
  throw wf.ApplicationFailure.nonRetryable('broken', 'Custom', 1);
};
exports.stormy = async (n) => {
  const got = [];
  let marks = 0;
  wf.setHandler(wf.defineSignal('add'), (x) => void got.push(x));
  wf.setHandler(wf.defineUpdate('mark'), async (x) => {
    await greet('mark');
    marks++;
    return x;
  });
  for (let i = 0; i < n; i++) {
    await wf.sleep(100);
    await greet(String(i));
  }
  await wf.condition(() => marks >= 3 && got.length >= 3);
  return got;
};
exports.resettable = async () => {
  const got = [];
  wf.setHandler(wf.defineSignal('add'), (x) => void got.push(x));
  wf.setHandler(wf.defineUpdate('upd'), (x) => got.push('u' + x));
  const first = wf.uuid4();
  await greet('before');
  await wf.condition(() => got.includes('finish'));
  return [first, got];
};
exports.cron = async () => (wf.workflowInfo().lastResult ?? 0) + 1;
exports.retryingRun = async () => {
  const { attempt, lastFailure } = wf.workflowInfo();
  if (attempt < 2) throw wf.ApplicationFailure.create({ message: 'first run failed', type: 'FirstRun' });
  return [attempt, lastFailure?.message];
};
exports.attributes = async () => {
  wf.upsertSearchAttributes({ ConfKeyword: ['a'], ConfInt: [1] });
  wf.upsertMemo({ note: 'x', gone: 'y' });
  await wf.sleep(10);
  wf.upsertSearchAttributes({ ConfInt: [] });
  wf.upsertMemo({ gone: null });
  await wf.condition(() => false);
};
exports.asyncActivity = async () => wf.proxyActivities({ startToCloseTimeout: '20s' }).later();
exports.cancelsActivity = async () => {
  let beating = false;
  wf.setHandler(wf.defineSignal('beating'), () => void (beating = true));
  const { untilCancelled } = wf.proxyActivities({ startToCloseTimeout: '20s', heartbeatTimeout: '5s', cancellationType: wf.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED });
  try {
    await wf.CancellationScope.cancellable(async () => {
      const running = untilCancelled();
      await wf.condition(() => beating);
      wf.CancellationScope.current().cancel();
      await running;
    });
  } catch (e) {
    return wf.isCancellation(e);
  }
};
exports.policies = async () => {
  const id = wf.workflowInfo().workflowId;
  await wf.startChild('waits', { workflowId: id + '-t', parentClosePolicy: 'TERMINATE' });
  await wf.startChild('waits', { workflowId: id + '-c', parentClosePolicy: 'REQUEST_CANCEL' });
  await wf.startChild('waits', { workflowId: id + '-a', parentClosePolicy: 'ABANDON' });
};
exports.childIdInUse = async () => {
  const id = wf.workflowInfo().workflowId + '-x';
  await wf.startChild('waits', { workflowId: id });
  return wf.startChild('waits', { workflowId: id }).then(() => 'started', (e) => e.name);
};
exports.patches = async () => {
  const out = [wf.patched('first')];
  await wf.sleep(10);
  wf.deprecatePatch('second');
  return out;
};
exports.local = async () => {
  const { greet: near, failTimes: shaky } = wf.proxyLocalActivities({ startToCloseTimeout: '5s', retry: { initialInterval: '20ms' } });
  return [await near('near'), await shaky(2)];
};
exports.timeouts = async () => {
  const idle = { taskQueue: 'nobody-' + wf.workflowInfo().workflowId, retry: { maximumAttempts: 1 } };
  const why = (options) => wf.proxyActivities({ ...idle, ...options }).greet('x').catch((e) => e.cause.message);
  const beat = wf.proxyActivities({ startToCloseTimeout: '10s', heartbeatTimeout: '600ms', retry: { maximumAttempts: 1 } }).hang().catch((e) => e.cause.message);
  return Promise.all([why({ scheduleToStartTimeout: '500ms', startToCloseTimeout: '5s' }), why({ scheduleToCloseTimeout: '500ms' }), beat]);
};
exports.broken = async () => {
  let healed = false;
  wf.setHandler(wf.defineSignal('heal'), () => void (healed = true));
  await wf.sleep(10);
  if (!healed) throw new Error('a bug in the code');
  return 'healed';
};
exports.cancelledTimer = async () => {
  const long = new wf.CancellationScope();
  const timer = long.run(() => wf.sleep('1h')).catch(() => 'cancelled');
  await wf.sleep(20);
  long.cancel();
  return timer;
};
exports.prioritised = async () => wf.workflowInfo().priority?.priorityKey;
exports.details = async () => {
  wf.setCurrentDetails('**waiting**');
  await wf.condition(() => false);
};
// Versioned workers: what each says about the version it ran on.
const versioned = (behavior, run) => (wf.setWorkflowOptions({ versioningBehavior: behavior }, run), run);
const moving = async (last) => {
  let go = false;
  wf.setHandler(wf.defineSignal('go'), () => void (go = true));
  const before = await greet('before');
  await wf.condition(() => go);
  const after = await greet('after');
  return [before, after, await last()];
};
exports.versionedChild = versioned('AUTO_UPGRADE', async () => greet('child'));
exports.pinned = versioned('PINNED', () => moving(() => wf.executeChild('versionedChild', { workflowId: wf.workflowInfo().workflowId + '-child' })));
exports.autoUpgrade = versioned('AUTO_UPGRADE', () => moving(() => 'end'));
exports.pinnedAgain = versioned('PINNED', async (n) => {
  const build = await greet('run');
  if (n > 0) await wf.continueAsNew(n - 1);
  return build;
});

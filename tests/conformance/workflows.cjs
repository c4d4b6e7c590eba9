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
  let marked = false;
  wf.setHandler(wf.defineSignal('add'), (x) => void got.push(x));
  wf.setHandler(wf.defineUpdate('mark'), async (x) => {
    await greet('mark');
    marked = true;
    return x;
  });
  for (let i = 0; i < n; i++) {
    await wf.sleep(100);
    await greet(String(i));
  }
  await wf.condition(() => marked && new Set(got).size >= 3);
  return got;
};

// The activities of the conformance suite.
import { ApplicationFailure, CancelledFailure, CompleteAsyncError, Context, activityInfo, heartbeat, sleep } from '@temporalio/activity';

// Task tokens of activities that are completed from outside, by workflow id.
export const tokens = new Map();

export const activities = {
  greet: async (who) => 'hello ' + who,
  failTimes: async (n) => {
    const { attempt } = activityInfo();
    if (attempt <= n) throw ApplicationFailure.create({ message: `attempt ${attempt} failed`, type: 'Transient' });
    return attempt;
  },
  beatThenFail: async () => {
    const info = activityInfo();
    if (info.attempt > 1) return info.heartbeatDetails;
    heartbeat({ step: 7 });
    throw ApplicationFailure.create({ message: 'first attempt failed', type: 'Transient' });
  },
  later: async () => {
    tokens.set(activityInfo().workflowExecution.workflowId, activityInfo().taskToken);
    throw new CompleteAsyncError();
  },
  untilCancelled: async () => {
    const { client } = Context.current();
    await client.workflow.getHandle(activityInfo().workflowExecution.workflowId).signal('beating');
    for (;;) {
      heartbeat('still here');
      await sleep(100).catch((e) => {
        throw e instanceof CancelledFailure ? e : new CancelledFailure(String(e));
      });
    }
  },
  hang: async () => new Promise((resolve) => setTimeout(resolve, 2500)),
};

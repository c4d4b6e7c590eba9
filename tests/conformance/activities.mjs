// The activities of the conformance suite.
import { ApplicationFailure, activityInfo, heartbeat } from '@temporalio/activity';

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
  hang: async () => new Promise((resolve) => setTimeout(resolve, 2500)),
};

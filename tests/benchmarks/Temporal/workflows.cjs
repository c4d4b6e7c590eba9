const wf = require('@temporalio/workflow');
const { noop } = wf.proxyActivities({ startToCloseTimeout: '1 minute' });

exports.sequential = async (count) => {
  for (let i = 0; i < count; i++) await noop();
};
exports.parallel = async (count) => {
  await Promise.all([...Array(count).keys()].map(() => noop()));
};
exports.idle = async () => wf.condition(() => false);

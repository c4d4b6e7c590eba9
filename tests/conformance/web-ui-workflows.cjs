// The workflows that the tests of the web interface start and look at.
const wf = require('@temporalio/workflow');

const { refuse } = wf.proxyActivities({ startToCloseTimeout: '5m', retry: { initialInterval: '2m' } });

exports.review = async ({ name }) => {
  let reviewer = '';
  let note = '';
  wf.setHandler(wf.defineSignal('note'), (text) => void (note = text), { description: 'Leaves a note' });
  wf.setHandler(wf.defineQuery('state'), () => `${reviewer}: ${note}`, { description: 'Who said what' });
  wf.setHandler(wf.defineUpdate('approve'), (by) => `approved by ${(reviewer = by)}`, {
    description: 'Approves',
    validator: (by) => {
      if (!by) throw wf.ApplicationFailure.nonRetryable('a name is needed');
    },
  });
  wf.upsertSearchAttributes({ Stage: ['review'] });
  wf.setCurrentDetails(`**${name}** is waiting for a reviewer`);
  await wf.condition(() => false);
};
exports.stuck = async () => refuse();

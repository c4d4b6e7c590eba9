// What people do with many workflows, schedules and deployments in the web interface.
export const operationChecks = ({ page, client, taskQueue, assert, start, go, see, at, press, confirm, shot, until }) => ({
  'search-attribute filter': async () => {
    const handle = await start('review', 'filtered');
    await until(async () => (await client.workflow.count('Stage="review" AND WorkflowId="filtered"')).count === 1, 'the attribute is there');
    await go('namespaces/default/workflows');
    await at('#search-attribute-filter-button').click();
    await press('Stage');
    await at('#text-filter').fill('review');
    await page.keyboard.press('Enter');
    await shot('filter');
    await until(() => new URL(page.url()).searchParams.get('query')?.includes('Stage'), 'the filter is in the address');
    await see(handle.workflowId);
    await go('namespaces/default/workflows?query=' + encodeURIComponent('Stage = "other"'));
    await see('No Results');
    await shot('filter-nothing');
  },
  'terminate a batch': async () => {
    for (let i = 0; i < 3; i++) await start('review', 'many-' + i);
    await go('namespaces/default/workflows?query=' + encodeURIComponent('WorkflowId STARTS_WITH "many"'));
    await see('many-2');
    await page.locator('label:has(#select-visible-workflows)').click();
    await at('[data-testid=bulk-terminate-button]').click();
    await shot('batch-terminate');
    await confirm();
    for (let i = 0; i < 3; i++) await until(async () => (await client.workflow.getHandle('many-' + i).describe()).status.name === 'TERMINATED', `many-${i} is terminated`);
    await go('namespaces/default/batch-operations');
    await see('Completed');
    await shot('batch-operations');
  },
  'create a schedule': async () => {
    await go('namespaces/default/schedules/create');
    await at('#name').fill('hourly');
    await at('#workflowType').fill('review');
    await at('#workflowId').fill('scheduled');
    await at('#taskQueue').fill(taskQueue);
    await at('[data-testid=interval-tab]').click();
    await at('[data-testid=hour-interval-input]').fill('1');
    await shot('schedule-form');
    await at('[data-testid=create-schedule-button]').click();
    const schedule = client.schedule.getHandle('hourly');
    await until(() => schedule.describe().then(() => true, () => false), 'the schedule is there');
    assert.equal((await schedule.describe()).spec.intervals[0].every, 3_600_000);
    await go('namespaces/default/schedules');
    await see('hourly');
    await shot('schedules');
  },
  'pause, trigger and delete a schedule': async () => {
    const schedule = await client.schedule.create({ scheduleId: 'nightly', spec: { intervals: [{ every: '24h' }] }, action: { type: 'startWorkflow', workflowType: 'review', taskQueue, workflowId: 'night', args: [{ name: 'night' }] } });
    await go('namespaces/default/schedules/nightly');
    await see('Upcoming Runs');
    await at('#schedule-actions-primary-button').click();
    await at('#pause-reason').fill('holidays');
    await confirm();
    await until(async () => (await schedule.describe()).state.paused, 'the schedule is paused');
    assert.equal((await schedule.describe()).state.note, 'holidays');
    await see('Paused');
    await shot('schedule-paused');
    const more = async (item) => {
      await at('#schedule-actions-menu-button').click();
      await at(`[data-testid=${item}]`).click();
      await confirm();
    };
    await more('trigger-schedule');
    await until(async () => (await schedule.describe()).info.numActionsTaken === 1, 'it was triggered');
    await page.reload();
    await see('night-');
    await more('delete-schedule');
    await until(() => schedule.describe().then(() => false, () => true), 'the schedule is gone');
  },
  'worker deployments': async () => {
    await go('namespaces/default/worker-deployments');
    await see('reviewers');
    await go('namespaces/default/worker-deployments/reviewers');
    await see('build-7');
    await shot('deployment');
  },
});

// What people do with one workflow in the web interface.
export const workflowChecks = ({ page, client, taskQueue, assert, start, go, open, see, at, press, choose, confirm, json, action, shot, until }) => ({
  'start with JSON and watch': async () => {
    await go('namespaces/default/workflows/start-workflow');
    await at('#workflowId').fill('started');
    await at('#taskQueue').fill(taskQueue);
    await at('#workflowType').fill('review');
    await json('{"name":"adapter-7","rows":100}');
    await shot('start-form');
    await at('[data-testid=start-workflow-button]').click();
    // A toast links to the run.
    await at('a[href*="workflows/started/"]').click();
    await see('Event History');
    await see('adapter-7');
    await see('Running');
    await shot('watch');
    const [first] = (await client.workflow.getHandle('started').fetchHistory()).events;
    assert.deepEqual(JSON.parse(Buffer.from(first.workflowExecutionStartedEventAttributes.input.payloads[0].data)), { name: 'adapter-7', rows: 100 });
  },
  'an update, and one that its validator refuses': async () => {
    const handle = await start('review', 'updated');
    const update = async (input) => {
      await open(handle);
      await see('Event History');
      await action('update');
      await at('[data-testid=update-select-button]').click();
      await choose('approve');
      await json(input);
      await press('Submit');
    };
    await update('""');
    await see('a name is needed');
    await shot('update-refused');
    await update('"ada"');
    await see('approved by ada');
    await shot('update-accepted');
    await page.reload();
    await see('Update Accepted');
    assert.equal(await handle.query('state'), 'ada: ');
  },
  'signal and query': async () => {
    const handle = await start('review', 'signalled');
    await open(handle);
    await see('Event History');
    await action('signal');
    await at('[data-testid=signal-select-button]').click();
    await choose('note');
    await json('"looks good"');
    await shot('signal');
    await press('Submit');
    await see('Workflow Execution Signaled');
    await open(handle, 'query');
    await press('Run Query');
    await see('looks good');
    await shot('query');
  },
  'reset, with signals applied again': async () => {
    const handle = await start('review', 'reset');
    await handle.signal('note', 'kept');
    await handle.executeUpdate('approve', { args: ['ada'] });
    const before = (await handle.describe()).runId;
    await open(handle);
    await see('Event History');
    await action('reset');
    await at('[data-testid=workflow-reset-event-id-select-button]').click();
    await page.locator('#reset-event-id-select [role=option]').filter({ visible: true }).first().click();
    await at('#reset-reason').fill('once more');
    await shot('reset');
    await confirm();
    await until(async () => (await handle.describe()).runId !== before, 'there is a new run');
    await until(async () => (await handle.query('state')) === 'ada: kept', 'what it was told is applied to the new run');
  },
  'terminate with a reason': async () => {
    const handle = await start('review', 'terminated');
    await open(handle);
    await action('terminate');
    await at('#workflow-termination-reason').fill('nobody will come');
    await shot('terminate');
    await confirm();
    await see('Terminated');
    await assert.rejects(handle.result()); // the page may speak of it before the run has ended
    assert.match((await handle.fetchHistory()).events.at(-1).workflowExecutionTerminatedEventAttributes.reason, /nobody will come/);
  },
  'cancel': async () => {
    const handle = await start('review', 'cancelled');
    await open(handle);
    await press('Request Cancellation');
    await shot('cancel');
    await confirm();
    await see('Canceled');
    await assert.rejects(handle.result()); // the page may speak of the request, before the run has ended
    assert.equal((await handle.describe()).status.name, 'CANCELLED');
  },
  'current details as markdown': async () => {
    await open(await start('review', 'detailed'));
    await page.getByText('Current Details').click();
    await page.frameLocator('iframe[title=output]').locator('strong', { hasText: 'adapter-7' }).first().waitFor();
    await shot('current-details');
  },
  'history in its three views': async () => {
    await open(await start('stuck', 'views', []));
    await see('Event History');
    await at('[data-testid=feed]').click();
    await see('Activity Task Scheduled');
    await shot('history-feed');
    await at('[data-testid=compact]').click();
    await see('refuse');
    await shot('history-compact');
    await at('[data-testid=json]').click();
    await see('"eventType": "WorkflowExecutionStarted"');
    await shot('history-json');
    await at('[data-testid=compact]').click();
  },
  'pending activities with their last failure': async () => {
    const handle = await start('stuck', 'pending', []);
    await until(async () => (await handle.describe()).raw.pendingActivities?.[0]?.lastFailure, 'the activity failed');
    await open(handle, 'pending-activities');
    await press('Last Failure with Stack Trace');
    await see('the reviewer is away');
    await shot('pending-activities');
  },
  'call stack': async () => {
    await open(await start('review', 'stacked'), 'call-stack');
    await see('review (');
    await shot('call-stack');
  },
  'workers of a workflow': async () => {
    await open(await start('review', 'worked'), 'workers');
    await see(taskQueue);
    await at('[data-testid=worker-row]').waitFor();
    await shot('workers');
  },
});

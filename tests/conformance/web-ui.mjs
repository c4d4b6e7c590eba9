// The official web interface in a real browser, driven by Playwright, with a worker of the official TypeScript SDK:
//   node web-ui.mjs --address HOST:PORT --ui URL --shots FOLDER [--chromium PATH] [--only REGEX]
// The server needs the search attribute Stage=Keyword. Every check leaves a screenshot; a failed one shows the page as it was.
import assert from 'node:assert/strict';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { operationChecks } from './web-ui-operations.mjs';
import { workflowChecks } from './web-ui-checks.mjs';

const { values: arg } = parseArgs({
  options: { address: { type: 'string' }, ui: { type: 'string' }, shots: { type: 'string' }, chromium: { type: 'string', default: '/usr/bin/chromium' }, only: { type: 'string' } },
});
Runtime.install({ logger: new DefaultLogger('ERROR', () => {}) });
const client = new Client({ connection: await Connection.connect({ address: arg.address }) });
const taskQueue = 'tq-' + randomUUID();
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: arg.address }),
  taskQueue,
  workflowsPath: createRequire(import.meta.url).resolve('./web-ui-workflows.cjs'),
  activities: {
    refuse: async () => {
      throw new Error('the reviewer is away');
    },
  },
  workerDeploymentOptions: { version: { deploymentName: 'reviewers', buildId: 'build-7' }, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' },
});
const running = worker.run();
const browser = await chromium.launch({ executablePath: arg.chromium, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
const page = await browser.newPage({ viewport: { width: 1400, height: 1100 } });
page.setDefaultTimeout(20_000);

const tools = {
  page, client, taskQueue, assert,
  start: (type, id, args = [{ name: 'adapter-7' }]) => client.workflow.start(type, { taskQueue, workflowId: id, args }),
  go: (where) => page.goto(new URL(where, arg.ui).toString()),
  // Opens a page of a workflow and waits for its frame.
  open: async (handle, tab = 'history') => {
    const { runId } = await handle.describe();
    await tools.go(`namespaces/default/workflows/${handle.workflowId}/${runId}/${tab}`);
  },
  see: (text) => page.getByText(text).filter({ visible: true }).first().waitFor(),
  at: (selector) => page.locator(selector).filter({ visible: true }).last(),
  // A button, link or choice with exactly this text.
  press: (text) => page.locator('button,a,[role=menuitem],[role=option],li').filter({ visible: true, hasText: new RegExp(`^\\s*${text}\\s*$`) }).last().click(),
  // A handler in a list, which shows its description as well.
  choose: (name) => page.getByRole('option').filter({ visible: true, hasText: name }).last().click(),
  confirm: () => tools.at('dialog[open] [data-testid=confirm-modal-button]').click(),
  // The editor for JSON is no plain field.
  json: async (text) => {
    await page.locator('.cm-content[contenteditable=true]').filter({ visible: true }).last().click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(text);
  },
  action: async (name) => {
    await tools.at('#workflow-actions-menu-button').click();
    await tools.at(`[data-testid=${name}-button]`).click();
  },
  shot: (name) => page.screenshot({ path: path.join(arg.shots, name + '.png') }),
  until: async (condition, what) => {
    for (let i = 0; !(await condition()); i++) {
      assert.ok(i < 200, what);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  },
};
await tools.until(
  () => client.workflowService.setWorkerDeploymentCurrentVersion({ namespace: 'default', deploymentName: 'reviewers', buildId: 'build-7', identity: 'test' }).then(() => true, () => false),
  'the worker polls',
);

let failed = 0;
for (const [name, check] of Object.entries({ ...workflowChecks(tools), ...operationChecks(tools) })) {
  if (arg.only && !new RegExp(arg.only).test(name)) continue;
  try {
    await check();
    console.log('ok   ' + name);
  } catch (error) {
    failed++;
    await tools.shot('failed-' + name.replace(/\W+/g, '-'));
    console.log(`FAIL ${name}: ${String(error).replaceAll('\n', ' | ').slice(0, 1500)}`);
  }
}
await browser.close();
worker.shutdown();
await running;
process.exit(failed ? 1 : 0);

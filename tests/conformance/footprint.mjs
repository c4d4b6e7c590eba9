// What an engine takes: start-up, memory with open workflows, bytes of file an event, and how long a filtered list of closed workflows takes.
//   node footprint.mjs --engine NAME=PATH … [--open 1000] [--closed 10000] [--port 17900]
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { activities } from './activities.mjs';

const { values: arg } = parseArgs({ options: { engine: { type: 'string', multiple: true }, open: { type: 'string', default: '1000' }, closed: { type: 'string', default: '0' }, port: { type: 'string', default: '17900' } } });
Runtime.install({ logger: new DefaultLogger('ERROR', () => {}), telemetryOptions: { logging: { filter: 'OFF' } } });
const address = '127.0.0.1:' + arg.port;
const ui = `http://127.0.0.1:${Number(arg.port) + 1000}/api/v1/`;
const median = (xs) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];
async function inParallel(count, action) {
  let next = 0;
  await Promise.all([...Array(20)].map(async () => {
    while (next < count) await action(next++);
  }));
}

const accepts = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false)).once('close', () => resolve(false));
  socket.once('connect', () => socket.destroy());
});

async function measure(name, program) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'footprint-'));
  const file = path.join(folder, 'engine.db');
  const begin = performance.now();
  const engine = spawn(program, ['server', 'start-dev', '--port', arg.port, '--ui-port', String(Number(arg.port) + 1000), '--db-filename', file, '--search-attribute', 'Stage=Keyword', '--log-level', 'error'], { stdio: 'ignore' });
  const stop = () => engine.kill('SIGKILL');
  process.on('exit', stop);
  try {
    // A client's own retries would be measured with it: first the port, then one connection.
    while (!(await accepts(Number(arg.port)))) await delay(5);
    const connection = await Connection.connect({ address });
    const started = performance.now() - begin;
    // Fields 14 and 15: user and system time in hundredths of a second.
    const cpu = fs.readFileSync(`/proc/${engine.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((a, b) => a + Number(b), 0) / 100;
    console.log(`${name}: first answer ${(started / 1000).toFixed(2)} s, processor time until then ${cpu.toFixed(2)} s`);
    const client = new Client({ connection });
    await inParallel(Number(arg.open), (i) => client.workflow.start('waits', { taskQueue: 'nobody', workflowId: 'open-' + i }));
    const taskQueue = 'footprint';
    const worker = await Worker.create({ connection: await NativeConnection.connect({ address }), taskQueue, workflowsPath: createRequire(import.meta.url).resolve('./workflows.cjs'), activities });
    let events = 2 * Number(arg.open) + 3 * Number(arg.closed);
    await worker.runUntil(async () => {
      const handles = await Promise.all(['activities', 'parallel'].map((type) => client.workflow.start(type, { taskQueue, workflowId: type, args: [type === 'parallel' ? 100 : [...Array(100).keys()].map(String)] })));
      for (const h of handles) {
        await h.result();
        events += Number((await h.describe()).historyLength);
      }
    });
    for (const page of ['settings', 'namespaces', 'namespaces/default/workflows?pageSize=100', 'namespaces/default/workflows/parallel', 'namespaces/default/workflows/activities/history', 'namespaces/default/schedules']) await (await fetch(ui + page)).text();
    const resident = Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${engine.pid}/status`, 'utf8'))[1]) / 1024;
    console.log(`${name}: ${resident.toFixed(0)} MB resident with ${arg.open} open workflows, the UI port in use`);
    if (Number(arg.closed) > 0) await list(name, client);
    // Closing moves the log into the file.
    const ended = new Promise((resolve) => engine.once('exit', resolve));
    engine.kill('SIGTERM');
    await Promise.race([ended, delay(10000)]);
    console.log(`${name}: ${Math.round(fs.statSync(file).size / events)} bytes of file an event (${events} events)`);
  } finally {
    stop();
    process.off('exit', stop);
    await delay(300);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function list(name, client) {
  const count = Number(arg.closed);
  await inParallel(count, async (i) => (await client.workflow.start('done', { taskQueue: 'nobody', workflowId: 'closed-' + i, searchAttributes: { Stage: [i % 10 ? 'other' : 'wanted'] } })).terminate());
  const filtered = 'namespaces/default/workflows?pageSize=100&query=' + encodeURIComponent('WorkflowType="done" AND Stage="wanted" AND ExecutionStatus="Terminated"');
  const times = [];
  for (let i = 0; i < 30; i++) {
    const begin = performance.now();
    const page = await (await fetch(ui + filtered)).json();
    times.push(performance.now() - begin);
    if (page.executions?.length !== Math.min(100, count / 10)) throw new Error('a workflow is missing from the list');
  }
  console.log(`${name}: ${count} closed workflows listed with a filter (100 a page): fastest ${Math.min(...times).toFixed(0)} ms, median ${median(times).toFixed(0)} ms`);
}

for (const pair of arg.engine) await measure(...pair.split('='));
process.exit(0);

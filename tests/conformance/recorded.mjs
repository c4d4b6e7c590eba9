// Compares two recordings of the fixtures' generator (make.mjs), field by field:
//   node recorded.mjs EXPECTED_DIR ACTUAL_DIR
// Ids and times are masked; where two independent things race, histories are compared by what they hold, not by its order.
import fs from 'node:fs';
import path from 'node:path';

const [expectedDir, actualDir] = process.argv.slice(2);
const volatile = new Set(['eventTime', 'taskId', 'requestId', 'historySizeBytes', 'identity', 'workerVersion', 'useWorkflowBuildId', 'sdkMetadata', 'meteringMetadata', 'stackTrace', 'source',
  'executionDuration', 'conflictToken', 'ratePerSecond', 'lastWorkerIdentity', 'valueBase64', 'nextPageToken', 'backoffStartInterval', 'firstWorkflowTaskBackoff', 'jobId', 'currentRetryInterval', 'request',
  // Sent only to servers that know versioning by build id alone.
  'workerVersionCapabilities',
  // How long closed runs are kept, and how columns of search attributes are numbered, is each server's own business.
  'workflowExecutionRetentionTtl', 'customSearchAttributeAliases']);
// Each server names itself; what the web interface may show is the server's choice.
const ownFiles = new Set(['get-cluster-info.json', 'get-system-info.json', 'settings.json', 'index.json', 'list-namespaces.json',
  // The real server counts transactions to a page, this one events.
  'history-page.json', 'history-reverse.json']);
const racing = new Set(['activity-parallel', 'pipeline', 'timers', 'raw-every-command', 'reset-base-run', 'reset-new-run', 'signal-and-activity', 'update-left-open', 'updates', 'worker-restart'].map((n) => n + '.json'));
// The generator draws its words from one sequence, in the order in which things happen to come.
const word = /amber|birch|cedar|delta|ember|fjord|grüße|雪|linden|maple|north|ocean/g;
// The text names a parser that is not ours, or no reason at all.
const ownWords = new Set(['list-bad-token', 'http-malformed-json']);
const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function masked(value) {
  const ids = new Map();
  const id = (text) => text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (u) => ids.get(u) ?? (ids.set(u, 'id' + (ids.size + 1)), ids.get(u)));
  const text = (s) => {
    if (time.test(s)) return s.startsWith('0001') ? s : 'time';
    if (/^[A-Za-z0-9+/]{8,}={0,2}$/.test(s) && Buffer.from(s, 'base64').toString('base64') === s) {
      const plain = Buffer.from(s, 'base64').toString('utf8');
      // The marker of a local activity holds its times.
      if (plain.startsWith('{"seq"')) return 'local activity';
      if (plain.startsWith('{"message"')) return JSON.parse(plain).message;
      if (/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.test(plain)) return 'base64 with ids';
      if (!/[\x00-\x1f\ufffd]/.test(plain)) return 'base64:' + text(plain);
    }
    return id(s).replace(/fx-reply-1-[0-9a-f]{8}/g, 'key').replace(/^\d+@.*-id\d+$|^fixture-worker-[0-9a-f]{32}$/, 'sticky').replace(/@temporalio\/worker@[0-9.]+\+[0-9a-f]+/g, 'build').replace(/-\d{4}-\d\d-\d\dT[\d:]+Z/g, '-time').replace(/[0-9a-f]{32}/g, 'hex').replace(word, 'word');
  };
  const walk = (v, key) => {
    if (typeof v === 'string') return text(v);
    if (Array.isArray(v)) return v.map((x) => walk(x));
    if (!v || typeof v !== 'object') return v;
    return Object.fromEntries(Object.keys(v).filter((k) => !volatile.has(k)).sort().map((k) => [id(k), key === 'requestIdInfos' ? walk(v[k], k) : walk(v[k], k)]));
  };
  return walk(value);
}

function differences(expected, actual, at = '') {
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  const plain = (v) => v === null || typeof v !== 'object';
  if (plain(expected) || plain(actual) || Array.isArray(expected) !== Array.isArray(actual)) return [`${at}: ${JSON.stringify(expected)?.slice(0, 200)} ≠ ${JSON.stringify(actual)?.slice(0, 200)}`];
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((k) => differences(expected[k], actual[k], at + '/' + k));
}

// Without what follows from the order: event ids, the number of workflow tasks, and the numbers drawn.
const unordered = (history) => history.events.filter((e) => !e.eventType.includes('WORKFLOW_TASK'))
  .map((e) => JSON.stringify(e, (k, v) => (/[eE]ventId$/.test(k) ? undefined : k === 'data' && v.length <= 4 ? 'number' : v)).replace(/"id\d+"/g, '"id"')).sort();

let compared = 0;
let failed = 0;
for (const folder of ['recorded', 'server-replies']) {
  for (const file of fs.readdirSync(path.join(expectedDir, folder))) {
    if (ownFiles.has(file)) continue;
    const read = (dir) => {
      const content = JSON.parse(fs.readFileSync(path.join(dir, folder, file), 'utf8'));
      // Which of two runs closes first is left to chance, and so is what a page holds.
      const key = (e) => e.execution.workflowId + e.status;
      content.body?.executions?.sort((a, b) => (key(a) < key(b) ? -1 : 1));
      if (file === 'list-workflows-page-1.json') content.body.executions = content.body.executions.length;
      return masked(file === 'errors.json' ? content.filter((c) => !ownWords.has(c.name)) : content);
    };
    if (!fs.existsSync(path.join(actualDir, folder, file))) {
      failed++;
      console.log(`${folder}/${file} is missing`);
      continue;
    }
    let [expected, actual] = [read(expectedDir), read(actualDir)];
    if (racing.has(file)) [expected, actual] = [unordered(expected), unordered(actual)];
    // What a server goes on to do after a faulty command depends on when one looks.
    if (file === 'command-errors.json') actual.forEach((c, i) => (c.eventsAfterTaskStarted = c.eventsAfterTaskStarted.slice(0, expected[i].eventsAfterTaskStarted.length)));
    const found = differences(expected, actual);
    compared++;
    if (found.length > 0) failed++;
    for (const line of found.slice(0, 12)) console.log(`${folder}/${file}${line}`);
  }
}
console.log(`${compared} files compared, ${failed} differ`);
process.exit(failed ? 1 : 0);

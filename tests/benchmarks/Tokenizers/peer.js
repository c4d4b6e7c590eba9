// Answers encode requests on standard input with ids and CPU time. Each message is a 4-byte little-endian length and JSON.
const { Tokenizer } = require('tokenizers');
let tokenizer = null;

async function answer(request) {
  if (request.load) {
    tokenizer = Tokenizer.fromFile(request.load);
    tokenizer.disableTruncation?.();
    tokenizer.disablePadding?.();
    return { ok: true };
  }
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  const encodings = await tokenizer.encodeBatch(request.texts, { addSpecialTokens: false });
  const ids = encodings.map((encoding) => encoding.getIds());
  const used = process.cpuUsage(cpu);
  return { cpuSeconds: (used.user + used.system) / 1e6, wallSeconds: Number(process.hrtime.bigint() - wall) / 1e9, ids: request.quiet ? [] : ids };
}

let buffer = Buffer.alloc(0);
let chain = Promise.resolve();
process.stdin.on('data', (chunk) => {
  buffer = Buffer.concat([buffer, chunk]);
  while (buffer.length >= 4 && buffer.length >= 4 + buffer.readUInt32LE(0)) {
    const length = buffer.readUInt32LE(0);
    const request = JSON.parse(buffer.subarray(4, 4 + length).toString());
    buffer = buffer.subarray(4 + length);
    chain = chain.then(async () => {
      let reply;
      try { reply = await answer(request); } catch (error) { reply = { error: String(error) }; }
      const body = Buffer.from(JSON.stringify(reply));
      const head = Buffer.alloc(4);
      head.writeUInt32LE(body.length);
      process.stdout.write(Buffer.concat([head, body]));
    });
  }
});

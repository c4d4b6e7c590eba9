// The official client against a gateway whose engine is scripted by the prompt (see StockClientTests).
import assert from 'node:assert/strict';
import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from 'openai';

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: 'unused', maxRetries: 4 });
const chat = (content, more = {}) => ({ model: 'bookworm', messages: [{ role: 'user', content }], max_tokens: 100, ...more });
const passed = [];
const check = async (name, body) => { await body(); passed.push(name); };

await check('chat', async () => {
  const answer = await client.chat.completions.create(chat('say hello', { n: 2, seed: 7 }));
  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.choices.length, 2);
  assert.equal(answer.choices[1].message.content, 'Hello there, friend.');
  assert.equal(answer.choices[0].finish_reason, 'stop');
  assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
});
await check('headers', async () => {
  const { response } = await client.chat.completions.create(chat('say hello', { model: 'help' })).withResponse();
  assert.equal(response.headers.get('x-adapter-name'), 'help');
  assert.equal(response.headers.get('x-adapter-version'), '3');
  assert.match(response.headers.get('x-adapter-digest'), /^[0-9a-f]{64}$/);
});
await check('completion', async () => {
  const answer = await client.completions.create({ model: 'bookworm', prompt: 'say hello', max_tokens: 100, stop: ['friend'], logprobs: 2 });
  assert.equal(answer.choices[0].text, 'Hello there, ');
  assert.equal(answer.choices[0].logprobs.tokens.length, answer.usage.completion_tokens);
});
await check('streaming', async () => {
  const stream = await client.chat.completions.create(chat('say hello', { stream: true, stream_options: { include_usage: true } }));
  let text = '', chunks = 0, usage, finish;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
    chunks++;
  }
  assert.equal(text, 'Hello there, friend.');
  assert.equal(finish, 'stop');
  assert.ok(chunks > 3 && usage.completion_tokens > 3);
});
await check('max_tokens', async () => {
  const answer = await client.chat.completions.create(chat('say hello', { max_tokens: 2, logprobs: true, top_logprobs: 3 }));
  assert.equal(answer.choices[0].finish_reason, 'length');
  assert.equal(answer.usage.completion_tokens, 2);
  assert.equal(answer.choices[0].logprobs.content[0].top_logprobs.length, 3);
});
await check('tools', async () => {
  const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];
  const answer = await client.chat.completions.create(chat('call the tool', { tools }));
  assert.equal(answer.choices[0].finish_reason, 'tool_calls');
  const [call] = answer.choices[0].message.tool_calls;
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Oslo' });
  const again = await client.chat.completions.create({
    ...chat('call the tool'), tools,
    messages: [{ role: 'user', content: 'weather?' }, answer.choices[0].message, { role: 'tool', tool_call_id: call.id, content: 'rain' }, { role: 'user', content: 'say hello' }],
  });
  assert.equal(again.choices[0].message.content, 'Hello there, friend.');
});
await check('models', async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model);
  assert.equal(models.find(model => model.id === 'help').parent, 'bookworm');
  assert.equal((await client.models.retrieve('bookworm')).id, 'bookworm');
});
await check('errors', async () => {
  await assert.rejects(client.chat.completions.create(chat('x', { model: 'nobody' })), error => error instanceof NotFoundError && error.code === 'model_not_found');
  await assert.rejects(client.chat.completions.create(chat('x', { temperature: 9 })), error => error instanceof BadRequestError && error.param === 'temperature');
});
await check('retries', async () => {
  const answer = await client.chat.completions.create(chat('fail once'));
  assert.equal(answer.choices[0].message.content, 'Hello there, friend.');
});
await check('busy', async () => {
  const held = await client.chat.completions.create(chat('be slow', { stream: true }));
  const waiting = client.chat.completions.create(chat('say hello'));
  for await (const chunk of held) assert.ok(chunk);
  assert.equal((await waiting).choices[0].message.content, 'Hello there, friend.');
});
await check('abort', async () => {
  const stream = await client.chat.completions.create(chat('never end', { stream: true }));
  await assert.rejects(async () => {
    for await (const chunk of stream) {
      assert.ok(chunk);
      stream.controller.abort();
    }
    throw new APIUserAbortError();
  }, APIUserAbortError);
});
await check('stream of several answers with log-probabilities', async () => {
  const stream = await client.chat.completions.create(chat('say hello', { stream: true, n: 2, logprobs: true, top_logprobs: 2 }));
  const [texts, tokens] = [['', ''], [0, 0]];
  for await (const { choices: [choice] } of stream) {
    texts[choice.index] += choice.delta.content ?? '';
    tokens[choice.index] += choice.logprobs?.content.length ?? 0;
  }
  assert.deepEqual(texts, ['Hello there, friend.', 'Hello there, friend.']);
  assert.ok(tokens[0] > 3 && tokens[0] === tokens[1]);
});
await check('streamed tool call', async () => {
  const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];
  const stream = client.chat.completions.stream(chat('call the tool', { tools }));
  const [call] = (await stream.finalMessage()).tool_calls;
  assert.deepEqual([call.function.name, JSON.parse(call.function.arguments)], ['weather', { city: 'Oslo' }]);
});
await check('embeddings', async () => {
  const { data, usage, model } = await client.embeddings.create({ model: 'help', input: ['one text', 'another'] });
  assert.equal(model, 'help');
  assert.deepEqual(data.map(item => item.index), [0, 1]);
  assert.ok(data.every(item => item.embedding.length === 4 && item.embedding[3] === 1));
  assert.ok(usage.prompt_tokens > 1 && usage.total_tokens === usage.prompt_tokens);
  const plain = await client.embeddings.create({ model: 'bookworm', input: 'one text', encoding_format: 'float' });
  assert.equal(plain.data[0].embedding[0], data[0].embedding[0]);
  await assert.rejects(client.embeddings.create({ model: 'help', input: 'x', dimensions: 7 }), error => error instanceof BadRequestError && error.param === 'dimensions');
});
await check('timeout', async () => {
  const started = Date.now();
  await assert.rejects(client.chat.completions.create(chat('be slow'), { timeout: 200, maxRetries: 0 }), /timed out/);
  assert.ok(Date.now() - started < 5000);
});
console.log(JSON.stringify(passed));

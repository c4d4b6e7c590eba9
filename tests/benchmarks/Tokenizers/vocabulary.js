// Writes a tokenizer.json with the first COUNT tokens of a real rank table, for measurements of large vocabularies:
//   NODE_PATH=DIR/node_modules node vocabulary.js o200k_base 128000 OUT.json        (npm install js-tiktoken@1.0.21 in DIR)
// A prefix of the ranks is a vocabulary of its own: every token is made of tokens of lower rank.
const fs = require('fs');
const [name, count, out] = process.argv.slice(2);
const table = require(`js-tiktoken/ranks/${name}`);
const ranks = new Map();
for (const line of table.bpe_ranks.split('\n')) {
  const [, first, ...tokens] = line.split(' ');
  tokens.forEach((token, i) => ranks.set(Buffer.from(token, 'base64').toString('latin1'), Number(first) + i));
}

// The printable letter of each byte, as byte-level vocabularies write it.
const letters = [];
for (let byte = 0, next = 256; byte < 256; byte++) {
  const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  letters.push(String.fromCharCode(printable ? byte : next++));
}
const spell = (bytes) => [...bytes].map((c) => letters[c.charCodeAt(0)]).join('');

// The pair that makes a token: what is left of it when all merges of lower rank were done.
function pairOf(token, rank) {
  const parts = [...token];
  while (parts.length > 2) {
    let [best, at] = [rank, -1];
    for (let i = 0; i + 1 < parts.length; i++) {
      const found = ranks.get(parts[i] + parts[i + 1]);
      if (found !== undefined && found < best) [best, at] = [found, i];
    }
    if (at < 0) return null;
    parts.splice(at, 2, parts[at] + parts[at + 1]);
  }
  return parts;
}

const kept = [...ranks].sort((a, b) => a[1] - b[1]).slice(0, Number(count));
const merges = kept.filter(([token]) => token.length > 1).map(([token, rank]) => pairOf(token, rank)).filter(Boolean).map((pair) => pair.map(spell));
const split = { type: 'Split', pattern: { Regex: table.pat_str }, behavior: 'Isolated', invert: false };
const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
fs.writeFileSync(out, JSON.stringify({
  version: '1.0', truncation: null, padding: null, added_tokens: [], normalizer: null,
  pre_tokenizer: { type: 'Sequence', pretokenizers: [split, bytes] }, post_processor: null, decoder: bytes,
  model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: true,
    vocab: Object.fromEntries(kept.map(([token, rank]) => [spell(token), rank])), merges },
}));
console.log(`${kept.length} tokens, ${merges.length} merges`);

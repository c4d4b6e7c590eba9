"""Greedy decoding with a key-value cache by hand in PyTorch: peer_generate.py FOLDER fp32|bf16 ROWS; prints one JSON line."""
import json
import struct
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
folder, dtype, rows = sys.argv[1], torch.bfloat16 if sys.argv[2] == "bf16" else torch.float32, int(sys.argv[3])
PROMPT, NEW = 32, 48


def read(path):
    raw = bytearray(open(path, "rb").read())
    n = struct.unpack("<Q", raw[:8])[0]
    types = {"F32": torch.float32, "I64": torch.int64}
    out = {}
    for name, t in json.loads(raw[8:8 + n]).items():
        if name != "__metadata__":
            a, b = t["data_offsets"]
            out[name] = torch.frombuffer(raw, dtype=types[t["dtype"]], count=(b - a) // (8 if t["dtype"] == "I64" else 4), offset=8 + n + a).reshape(t["shape"]).clone()
    return out


config = json.load(open(f"{folder}/config.json"))
w = {k: v.to(dtype) for k, v in read(f"{folder}/model.safetensors").items()}
prompt = read(f"{folder}/batch.safetensors")["ids"][:rows, :PROMPT]
heads, kv, width, layers = config["num_attention_heads"], config["num_key_value_heads"], config["head_dim"], config["num_hidden_layers"]
inverse = 1.0 / (10000 ** (torch.arange(0, width, 2).float() / width))
angles = torch.arange(PROMPT + NEW).float()[:, None] * inverse
angles = torch.cat([angles, angles], -1)
cosines, sines = angles.cos().to(dtype), angles.sin().to(dtype)


def norm(name, x):
    wide = x.float()
    return w[name + ".weight"] * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


def linear(name, x):
    return F.linear(x, w[name + ".weight"])


def rotate(x, at, n):
    half = width // 2
    return x * cosines[at:at + n] + torch.cat([-x[..., half:], x[..., :half]], -1) * sines[at:at + n]


def forward(ids, cache, at):
    n = ids.shape[1]
    x = F.embedding(ids, w["model.embed_tokens.weight"])
    mask = torch.full((n, at + n), float("-inf")).triu(at + 1).to(dtype)
    for i in range(layers):
        p = f"model.layers.{i}."
        y = norm(p + "input_layernorm", x)
        q, k, v = (linear(p + f"self_attn.{c}_proj", y).view(rows, n, -1, width).transpose(1, 2) for c in "qkv")
        q, k = rotate(q, at, n), rotate(k, at, n)
        keys, values = cache[i]
        keys[:, :, at:at + n], values[:, :, at:at + n] = k, v
        k, v = (t[:, :, :at + n].repeat_interleave(heads // kv, 1) for t in (keys, values))
        scores = q @ k.transpose(2, 3) * width ** -0.5 + mask
        y = (F.softmax(scores, -1, dtype=torch.float32).to(dtype) @ v).transpose(1, 2).reshape(rows, n, -1)
        x = x + linear(p + "self_attn.o_proj", y)
        y = norm(p + "post_attention_layernorm", x)
        x = x + linear(p + "mlp.down_proj", F.silu(linear(p + "mlp.gate_proj", y)) * linear(p + "mlp.up_proj", y))
    return F.linear(norm("model.norm", x[:, -1:]), w["model.embed_tokens.weight"]).argmax(-1)


rates = []
with torch.no_grad():
    for _ in range(9):
        start = time.process_time()
        cache = [tuple(torch.zeros(rows, kv, PROMPT + NEW, width, dtype=dtype) for _ in "kv") for _ in range(layers)]
        token, at, answer = forward(prompt, cache, 0), PROMPT, []
        for _ in range(NEW - 1):
            answer.append(token[0, 0].item())
            token, at = forward(token, cache, at), at + 1
        answer.append(token[0, 0].item())
        rates.append(rows * NEW / (time.process_time() - start))
print(json.dumps({"tokens_per_cpu_second": sorted(rates[3:])[3], "first": answer[:12]}))

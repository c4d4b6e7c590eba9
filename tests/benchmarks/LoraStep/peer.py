"""The same LoRA training loop by hand in PyTorch: peer.py FOLDER fp32|bf16 STEPS; prints one JSON line."""
import json
import resource
import struct
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
folder, kind, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
dtype = torch.bfloat16 if kind == "bf16" else torch.float32
ROWS, LENGTH, SUPERVISED = 8, 128, 32


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
weights = {k: v.to(dtype) for k, v in read(f"{folder}/model.safetensors").items()}
lora = {k[len("base_model.model."):]: v.requires_grad_() for k, v in read(f"{folder}/adapter_model.safetensors").items()}
scaling = 32 / 16
ids = read(f"{folder}/batch.safetensors")["ids"]
heads, kv, width = config["num_attention_heads"], config["num_key_value_heads"], config["head_dim"]


def linear(name, x):
    a, b = lora[name + ".lora_A.weight"], lora[name + ".lora_B.weight"]
    low = F.linear(F.linear(x.to(a.dtype), a), b) * scaling
    return F.linear(x, weights[name + ".weight"]) + low.to(x.dtype)


def norm(name, x):
    wide = x.float()
    return weights[name + ".weight"] * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


inverse = 1.0 / (10000 ** (torch.arange(0, width, 2).float() / width))
angles = torch.arange(LENGTH).float()[:, None] * inverse
angles = torch.cat([angles, angles], -1)
cos, sin = angles.cos().to(dtype), angles.sin().to(dtype)
mask = torch.full((LENGTH, LENGTH), float("-inf")).triu(1).to(dtype)


def rotate(x):
    half = width // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def layer(i, x):
    p = f"model.layers.{i}."
    y = norm(p + "input_layernorm", x)
    q, k, v = (linear(p + f"self_attn.{n}_proj", y).view(ROWS, LENGTH, -1, width).transpose(1, 2) for n in "qkv")
    q, k = rotate(q), rotate(k)
    k, v = (t.repeat_interleave(heads // kv, 1) for t in (k, v))
    scores = q @ k.transpose(2, 3) * width ** -0.5 + mask
    y = (F.softmax(scores, -1, dtype=torch.float32).to(dtype) @ v).transpose(1, 2).reshape(ROWS, LENGTH, -1)
    x = x + linear(p + "self_attn.o_proj", y)
    y = norm(p + "post_attention_layernorm", x)
    return x + linear(p + "mlp.down_proj", F.silu(linear(p + "mlp.gate_proj", y)) * linear(p + "mlp.up_proj", y))


labels = ids.clone()
labels[:, :LENGTH - SUPERVISED] = -100
optimizer = torch.optim.AdamW(lora.values(), lr=1e-3, weight_decay=0.01)
losses, times = [], []
for _ in range(steps):
    start = time.process_time()
    x = F.embedding(ids, weights["model.embed_tokens.weight"])
    for i in range(config["num_hidden_layers"]):
        x = layer(i, x)
    logits = F.linear(norm("model.norm", x), weights["model.embed_tokens.weight"]).float()
    loss = F.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1), ignore_index=-100)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    losses.append(loss.item())
    times.append(time.process_time() - start)
median = sorted(times[steps // 4:])[(steps - steps // 4) // 2]
print(json.dumps({"tokens_per_cpu_second": ROWS * LENGTH / median, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "losses": losses[:3]}))

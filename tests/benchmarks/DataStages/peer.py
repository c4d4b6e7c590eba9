"""Peers in Python. re PATTERNS FILE: the union of patterns. minhash ROWS NEAR: MinHash-LSH as published (Broder 1997; banding after
Leskovec, Rajaraman, Ullman) restated in NumPy: 112 permutations over SHA-1 of word 5-grams, 14 bands of 8 rows."""
import hashlib, json, re, sys, time
from collections import Counter, defaultdict


def union(patterns, path):
    lines = [line.rstrip("\n").split(" ", 1) for line in open(patterns)]
    expression = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in lines))
    text = open(path, encoding="utf-8").read().split("\n")
    before, counts = time.process_time(), Counter()
    for row in text:
        for match in expression.finditer(row):
            counts[match.lastgroup] += 1
    seconds = time.process_time() - before
    size = sum(len(row) + 1 for row in text)
    print(f"re {size / 1e6 / seconds:.2f} MB/s;", *(f"{name}={count}" for name, count in sorted(counts.items())))


def minhash(path):
    import numpy as np

    before = time.process_time()
    prime, mask, permutations = np.uint64((1 << 61) - 1), np.uint64((1 << 32) - 1), 112
    random = np.random.RandomState(1)
    a = random.randint(1, (1 << 61) - 1, permutations, dtype=np.uint64)
    b = random.randint(0, (1 << 61) - 1, permutations, dtype=np.uint64)
    buckets, sets, removed = [defaultdict(list) for _ in range(14)], [], 0
    for line in open(path, encoding="utf-8"):
        words = json.loads(line)["text"].lower().split()
        grams = {" ".join(words[i:i + 5]) for i in range(max(1, len(words) - 4))}
        hashes = np.array([int.from_bytes(hashlib.sha1(g.encode()).digest()[:4], "little") for g in grams], dtype=np.uint64)
        signature = np.min(np.bitwise_and((hashes[:, None] * a + b) % prime, mask), axis=0)
        document, near, tried = len(sets), False, set()
        for band in range(14):
            bucket = buckets[band][signature[band * 8:band * 8 + 8].tobytes()]
            for other in bucket:
                if not near and other not in tried:
                    tried.add(other)
                    both = len(grams & sets[other])
                    near = both >= 0.8 * (len(grams) + len(sets[other]) - both)
            bucket.append(document)
        sets.append(grams)
        removed += near
    print(f"minhash {time.process_time() - before:.2f} s of processor time, {len(sets)} rows, {removed} repeat an earlier one")


union(*sys.argv[2:]) if sys.argv[1] == "re" else minhash(sys.argv[2])

"""Writes SIZE_MB of rows to FOLDER/rows.jsonl, their texts to texts.txt and evaluation items to items.txt; seeded.

One row in five holds personal data, one in ten nearly repeats an earlier row (three words of sixty replaced: Jaccard of
word 5-grams about 0.6 to 0.9), one in thirty repeats one exactly. usage: make.py WORDS_FILE SIZE_MB FOLDER
"""
import json, os, random, re, sys

words_file, size, folder = sys.argv[1], float(sys.argv[2]) * 1e6, sys.argv[3]
random.seed(7)
words = re.findall(r"[a-z]{2,12}", open(words_file, encoding="utf-8").read().lower())[:200000]
planted = {
    "EMAIL": lambda: f"{random.choice(words)}.{random.choice(words)}@{random.choice(words)}.org",
    "IPV4": lambda: f"{random.randint(11, 99)}.{random.randint(1, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}",
    "US_SSN": lambda: f"{random.randint(100, 665)}-{random.randint(10, 99)}-{random.randint(1000, 9999)}",
    "MAC": lambda: ":".join(f"{random.randint(0, 255):02x}" for _ in range(6)),
    "AWS_ACCESS_KEY": lambda: "AKIA" + "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16)),
    "GITHUB_TOKEN": lambda: "ghp_" + "".join(random.choices("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789", k=36)),
}
os.makedirs(folder, exist_ok=True)
written, n, recent, near = 0, 0, [], []
with open(f"{folder}/rows.jsonl", "w") as rows, open(f"{folder}/texts.txt", "w") as texts, open(f"{folder}/items.txt", "w") as items:
    while written < size:
        kind = random.random()
        if recent and kind < 0.10:
            of, text = random.choice(recent)
            parts = text.split(" ")
            at = random.randrange(len(parts) - 3)
            parts[at:at + 1] = [random.choice(words)]
            text = " ".join(parts)
            near.append((n, of))
        elif recent and kind < 0.133:
            text = random.choice(recent)[1]
        else:
            start = random.randrange(len(words) - 70)
            parts = words[start:start + 60]
            random.shuffle(parts)
            if random.random() < 0.23:
                parts.insert(random.randrange(60), random.choice(list(planted.values()))())
            text = " ".join(parts) + "."
        recent.append((n, text))
        if len(recent) > 2000:
            recent.pop(random.randrange(1000))
        line = json.dumps({"id": n, "source": "web.jsonl", "text": text})
        rows.write(line + "\n")
        texts.write(text + "\n")
        if n % 500 == 3 and n < 100000:
            items.write(" ".join(text.split(" ")[10:40]) + "\n")
        written += len(line) + 1
        n += 1
with open(f"{folder}/near.txt", "w") as out:
    out.writelines(f"{a} {b}\n" for a, b in near)

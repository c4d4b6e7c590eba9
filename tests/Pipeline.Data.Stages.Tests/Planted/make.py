"""Writes planted.jsonl, evaluation.jsonl and expected.json: a corpus in which everything is counted.

python3 make.py            standard library only; the same seed gives the same bytes
"""
import json
import random

rnd = random.Random(20)
SYLLABLES = [c + v + d for c in "bdfgklmnprstvz" for v in "aeiou" for d in ("", "n", "r", "l")]
WORDS = sorted({a + b for a in rnd.sample(SYLLABLES, 60) for b in rnd.sample(SYLLABLES, 12)})
LICENCES = ["Apache-2.0", "CC-BY-4.0", "CC-BY-NC-4.0"]
lines, counts, cleaned = [], {}, {}


def text(n=60):
    return " ".join(rnd.choice(WORDS) for _ in range(n))


def add(kind, value, source="web.jsonl", **more):
    number = len(lines)
    row = {"id": f"p{number:04d}", "kind": kind, "source": source, "license": LICENCES[number % 3], "text": value, **more}
    lines.append(json.dumps(row, ensure_ascii=False))
    counts[kind] = counts.get(kind, 0) + 1
    return row


valid = [add("valid", text()) for _ in range(240)]

for row in valid[:20]:
    add("exact", row["text"].upper().replace(" ", "  ", 3))


def changed(value, positions):
    words = value.split(" ")
    for position in positions:
        words[position] = "changed" + words[position]
    return " ".join(words)


for row in valid[20:45]:
    add("near", changed(row["text"], [30]))  # 51 of 61 shingles of five words are shared: 0.836
for row in valid[45:65]:
    add("control", changed(row["text"], [10, 25, 40]))  # 41 of 71: 0.577


def luhn(prefix):
    digits = [int(c) for c in prefix]
    total = sum(d if i % 2 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(reversed(digits)))
    return prefix + str(-total % 10)


def iban(bban):
    number = bban + "131400"  # DE00
    return f"DE{98 - int(number) % 97:02d}{bban}"


PII = {
    "EMAIL": lambda i: f"user{i}@example.org",
    "PHONE": lambda i: f"+49 170 12345{i:02d}",
    "CREDIT_CARD": lambda i: luhn(f"4111111{i:08d}"),
    "IBAN": lambda i: iban(f"37040044{i:010d}"),
    "US_SSN": lambda i: f"123-45-{6000 + i}",
    "IPV4": lambda i: f"203.0.113.{i + 1}",
    "AWS_ACCESS_KEY": lambda i: "AKIA" + "QWERTYUIOPASDF" + chr(65 + i) + "7",
    "PERSON": lambda i: "Ximena " + ["Alvarez", "Berg", "Costa", "Duarte", "Evers", "Fonseca", "Gruber", "Horvat", "Ivanova", "Jansen"][i],
}
for name, make in PII.items():
    for i in range(10):
        words = text(58).split(" ")
        words.insert(20 + i, make(i))
        add("pii:" + name, " ".join(words))

DEFECTS = {
    "mojibake": ("CafÃ© de la gare ", "Café de la gare "),
    "html": ("<b>bold</b> &amp; plain ", "bold & plain "),
    "zero-width": ("inv\u200bisi\u2060ble ", "invisible "),
    "control": ("be\u0007ll and \u001bescape ", "bell and escape "),
    "line-ends": ("one\r\ntwo\rthree ", "one\ntwo\nthree "),
    "empty-lines": ("above\n\n\n\n\nbelow ", "above\n\nbelow "),
}
for name, (before, after) in DEFECTS.items():
    for _ in range(5):
        rest = text()
        row = add("defect:" + name, before + rest)
        cleaned[row["id"]] = after + rest

evaluation = [{"id": f"e{i}", "question": "Which " + text(18), "choices": [text(6), text(6), text(6), text(6)], "answer": i % 4} for i in range(12)]
for i, item in enumerate(evaluation):
    whole = item["question"] + " " + item["choices"][item["answer"]]
    if i < 4:
        planted = text(20) + " " + whole + " " + text(10)
    elif i < 8:
        planted = text(20) + " " + whole.upper().replace(" ", "\n ") + " " + text(10)
    else:
        planted = text(20) + " " + " ".join(whole.split(" ")[3:16]) + " " + text(10)  # 13 words
    add("evaluation", planted)

for i in range(4):
    whole = evaluation[i]["question"] + " " + evaluation[i]["choices"][evaluation[i]["answer"]]
    add("evaluation-12", text(20) + " " + " ".join(whole.split(" ")[2:14]) + " " + text(10))

for _ in range(3):
    add("over-length", text(2500))
for _ in range(4):
    add("missing-eos", text()[:-3])  # breaks off inside its last word

for bad in ['{"id":"m0","text":"half a li', "not json at all", '{"id":"m2","text":"a","text":"b"}', '["an","array"]', '{"id":"m4","text":"\\ud800"}',
            '{"id":"m5","n":1e999,"text":"x"}', '{"id":"m6",' + '"d":' + "[" * 80 + "]" * 80 + ',"text":"x"}']:
    lines.append(bad)
    counts["malformed"] = counts.get("malformed", 0) + 1

order = list(range(len(lines)))
rnd.shuffle(order)
with open("planted.jsonl", "w", encoding="utf-8", newline="\n") as out:
    out.writelines(lines[i] + "\n" for i in order)
with open("evaluation.jsonl", "w", encoding="utf-8", newline="\n") as out:
    out.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in evaluation)
licences = {name: sum(json.loads(line).get("license") == name for line in lines if line.startswith('{"id": "p')) for name in LICENCES}
with open("expected.json", "w", encoding="utf-8", newline="\n") as out:
    json.dump({"lines": len(lines), "kinds": counts, "licences": licences, "piiPerType": {name: 10 for name in PII}, "cleaned": cleaned}, out, ensure_ascii=False, indent=1)
    out.write("\n")

"""Writes normalization.txt: decompositions, combining classes and character sets of the Unicode versions that the
reference implementation of tokenizers is built on (9.0 for normalization and marks, 8.0 for punctuation and Mn).

    python3 make_unicode_tables.py > normalization.txt

Needs Python's unicodedata (any version from 9.0 on) and perl, whose Present_In property dates each code point.
"""
import subprocess
import unicodedata


def perl_set(expression):
    code = ("binmode STDOUT; for my $c (0..0x10FFFF) { next if $c >= 0xD800 && $c < 0xE000; "
            "my $s = chr($c); print \"$c\\n\" if " + expression + "; }")
    return {int(line) for line in subprocess.run(["perl", "-e", code], check=True, capture_output=True).stdout.split()}


def ranges(points):
    out = []
    for point in sorted(points):
        if out and out[-1][1] + 1 == point:
            out[-1][1] = point
        else:
            out.append([point, point])
    return " ".join(f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in out)


def full(char, compat):
    return [ord(x) for x in unicodedata.normalize("NFKD" if compat else "NFD", char)]


known = perl_set("$s =~ /\\p{Present_In: 9.0}/")
# General category changes after version 8.0: U+111C9 was punctuation, U+166D too, U+1CF2-1CF3 were marks.
print("mark", ranges((perl_set("$s =~ /\\p{M}/ && $s =~ /\\p{Present_In: 9.0}/") | {0x1CF2, 0x1CF3}) - {0x111C9}))
print("nonspacing", ranges(perl_set("$s =~ /\\p{Mn}/ && $s =~ /\\p{Present_In: 8.0}/") - {0x111C9}))
print("punctuation", ranges(perl_set("$s =~ /\\p{P}/ && $s =~ /\\p{Present_In: 8.0}/") | {0x166D, 0x111C9}))
print("format", ranges(perl_set("$s =~ /\\p{Cf}/ && $s =~ /\\p{Present_In: 8.0}/") - {0x8E2}))
classes = {}
for c in known:
    if unicodedata.combining(chr(c)):
        classes.setdefault(unicodedata.combining(chr(c)), []).append(c)
for value in sorted(classes):
    print(f"ccc {value}", ranges(classes[value]))
for c in sorted(known):
    if 0xAC00 <= c <= 0xD7A3:
        continue
    char = chr(c)
    canonical, compat = full(char, False), full(char, True)
    if canonical != [c]:
        composes = unicodedata.normalize("NFC", char) == char
        single = unicodedata.decomposition(char)
        pair = " ".join(single.split()) if composes and len(single.split()) == 2 else ""
        print(f"d {c:X};{' '.join(f'{x:X}' for x in canonical)};{pair}")
    if compat != canonical:
        print(f"k {c:X};{' '.join(f'{x:X}' for x in compat)}")

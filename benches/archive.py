#!/usr/bin/env python3
"""Makes a large archive by copying and altering the reports of corpus/, the same for the same seed.

    python3 benches/archive.py OUT [--files 100000] [--seed 1]

Numbers of HTML and text files are changed, every file is made different from the others (but one in a hundred, which
is the same as an earlier one), names are spread over folders. One file in twenty stands in a ZIP or TAR, one in a
hundred is hostile: cut off, empty, noise, named for another format, nested without end, a bomb, a hostile member name.
"""
import argparse
import gzip
import io
import pathlib
import random
import re
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
IN_TAGS = re.compile(rb"(>\s*)([1-9]\d{0,3})(\s*<)")
IN_TEXT = re.compile(rb"(?<![\d.,\-%\w])([1-9]\d{0,2})(?![\d.,\-%\w])")
FOLDERS = ("海棠省", "青石省", "白鹭省", "云溪省")
PER_CONTAINER = 25


def number(rng, digits):
    """A number of as many digits."""
    low = 10 ** (len(digits) - 1)
    return str(rng.randint(low, 10 * low - 1)).encode()


def altered(rng, name, data, index):
    """The file with other numbers, and different from every other one."""
    kind = name.rsplit(".", 1)[-1]
    mark = f"{index:07}".encode()
    if kind in ("html", "htm"):
        data = IN_TAGS.sub(lambda m: m[1] + (number(rng, m[2]) if rng.random() < 0.3 else m[2]) + m[3], data)
        return data + b"\n<!-- " + mark + b" -->\n"
    if kind == "txt":
        data = IN_TEXT.sub(lambda m: number(rng, m[1]) if rng.random() < 0.1 else m[1], data)
        return data + b"\n" + b" " * (index % 1000) + b"\t" * (index // 1000) + b"\n"
    if kind == "pdf":
        return data + b"\n% " + mark + b"\n"
    if kind == "docx":
        # the comment of the ZIP, which the corpus leaves empty
        return data[:-2] + len(mark).to_bytes(2, "little") + mark
    return data


def hostile(rng, data, index):
    """A file that gives no record, or ought not to: ending and bytes."""
    mark = f"{index:07}".encode()
    which = rng.randrange(9)
    if which == 0:
        return "pdf", b"%PDF-1.7\n" + data[: rng.randrange(len(data))]
    if which == 1:
        return "html", b"<!-- " + mark + b" -->"
    if which == 2:
        return "pdf", rng.randbytes(5000)
    if which == 3:
        return "html", b"<div>" * 20000 + mark
    if which == 4:
        return "txt", "关于召开会议的通知\n各单位：\n请按时参加。\n".encode() + mark
    if which == 5:
        return "html.gz", gzip.compress(bytes(4 << 20) + mark, 9, mtime=0)
    if which == 6:
        return "docx", data[: len(data) // 2] + mark
    if which == 7:
        inner = mark
        for _ in range(40):
            inner = gzip.compress(inner, 1, mtime=0)
        return "gz", inner
    return "zip", zipped([("../../" + mark.decode() + ".txt", b"no report " + mark), ("/etc/x.txt", b"none " + mark)])


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tarred(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), 1, mtime=0)


def files(count, seed, samples):
    """Every file of the archive: name and bytes."""
    earlier = samples[0]
    for index in range(count):
        rng = random.Random(f"{seed} {index}")
        name, data = rng.choice(samples)
        folder = f"{rng.choice(FOLDERS)}/第{rng.randrange(100):02}市/第{rng.randrange(20):02}局"
        chance = rng.random()
        if chance < 0.01:
            ending, data = hostile(rng, data, index)
            yield f"{folder}/{index:07}.{ending}", data
        elif chance < 0.02:
            yield f"{folder}/{index:07} {earlier[0]}", earlier[1]
        else:
            earlier = (name, altered(rng, name, data, index))
            yield f"{folder}/{index:07}-{name}", earlier[1]


def make(out, count, seed):
    """Writes the archive; gives the bytes written."""
    reports = ROOT / "corpus/reports"
    samples = [(p.name, p.read_bytes()) for p in sorted(reports.iterdir()) if p.is_file()]
    total, contained = 0, []

    def write(name, data):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return len(data)

    for index, (name, data) in enumerate(files(count, seed, samples)):
        plain = not name.endswith((".zip", ".gz"))
        if plain and index % 20 == 0:
            contained.append((name, data))
        else:
            total += write(name, data)
        if len(contained) == PER_CONTAINER or (contained and index + 1 == count):
            packed = zipped(contained) if index // 20 % 2 else tarred(contained)
            total += write(f"打包/{index:07}.{'zip' if index // 20 % 2 else 'tar.gz'}", packed)
            contained.clear()
    return total


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--files", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    if options.out.exists() and any(options.out.iterdir()):
        sys.exit(f"{options.out} is not empty")
    total = make(options.out, options.files, options.seed)
    print(f"{options.files} files, {total / 1e6:.0f} MB in {options.out}")


if __name__ == "__main__":
    main()

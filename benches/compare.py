#!/usr/bin/env python3
"""Times gongkai beside its peers on the same files in one run, on one machine.

    cargo build --release
    python3 benches/compare.py FOLDER [--repeat N] [--instructions]
    python3 benches/compare.py --sets FOLDER [--only NAME,...] [--floors FILE]

FOLDER holds reports. PDF text with coordinates is compared with `pdftotext -bbox-layout` and `mutool draw -F stext`,
HTML with `pandas.read_html` (parsing alone, in this process, imports not counted), where they are installed.
CPU seconds are those of the child processes (user and system), the best of N runs; `--instructions` also counts
instructions with `valgrind --tool=callgrind` (repeatable, whatever else the machine does).

`--sets` scores what is read instead: FOLDER holds the peers' test sets, each with a `manifest.jsonl` (id, file, kind,
page), `scripts/score.py` that scores a folder of predictions, and `SCORES.md` with a table of the peers a set. One
line a set: our score beside the best peer's, for every score that both have. `--floors` names a TOML file with a table
of scores a set; the exit code is 1 where one of ours is lower.
"""
import argparse
import gzip
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
GONGKAI = os.environ.get("GONGKAI", str(ROOT / "target/release/gongkai"))


def cpu(command, repeat, stdin=None):
    """Best CPU and wall seconds of `repeat` runs."""
    best = (float("inf"), float("inf"))
    for _ in range(repeat):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, input=stdin)
        after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best, (used, wall))
    return best


def instructions(command):
    """Instructions of one run, in millions."""
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command], capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", run.stderr)
    return int(found.group(1)) / 1e6 if found else None


def row(name, files, seconds, wall, extra=""):
    print(f"{name:34} {files:6} files {seconds:9.3f} CPU s {wall:9.3f} s {1000 * seconds / max(files, 1):9.2f} ms/file {extra}")


def run(*arguments, stdin=None):
    done = subprocess.run([GONGKAI, *arguments], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.decode("utf8", "replace")


def grid(table, page):
    """What of a table stands on a page (`None`: all of it) as rows of texts, a spanning cell at its first place."""
    cells = [c for c in table["cells"] if page in (None, c.get("page"))]
    rows = [[None] * table["cols"] for _ in range(table["rows"])]
    for cell in cells:
        rows[cell["row"]][cell["col"]] = cell["text"]
    first, last = min((c["row"] for c in cells), default=0), max((c["row"] for c in cells), default=-1)
    return rows[first:last + 1]


def predict(folder, out):
    """Writes what the program reads of each case of a set, as `scripts/score.py` wants it."""
    texts = {}
    for line in (folder / "manifest.jsonl").read_text("utf8").splitlines():
        case = json.loads(line)
        path = os.path.normpath(folder / case["file"])
        if case["kind"] == "table":
            tables = [json.loads(t) for t in run("tables", path).splitlines()]
            chosen = [found for t in tables if (found := grid(t, case["page"]))]
            (out / f"{case['id']}.json").write_text(json.dumps(chosen, ensure_ascii=False))
            continue
        if path not in texts:
            data = gzip.open(path).read() if path.endswith(".gz") else None
            texts[path] = run("text", "-", "--format", "html", stdin=data) if data else run("text", path)
        text = texts[path]
        if case["page"] and case["kind"] == "text":
            pages = text.split("\f")
            text = pages[case["page"] - 1] if case["page"] <= len(pages) else ""
        (out / f"{case['id']}.txt").write_text(text)


def published(text):
    """The peers' scores: set → score → best value and tool, of the tables in SCORES.md."""
    out, name, head = {}, None, []
    for line in text.splitlines():
        if line.startswith("### "):
            name, head = line[4:].split()[0], []
        elif line.startswith("|") and name:
            cells = [c.strip() for c in line.strip("|").split("|")]
            if not head:
                head = cells
            elif not cells[0].startswith("---"):
                for score, value in zip(head[1:], cells[1:]):
                    if re.fullmatch(r"[01]\.\d+", value):
                        best = out.setdefault(name, {}).get(score, (-1, ""))
                        out[name][score] = max(best, (float(value), cells[0]), key=lambda b: b[0])
    return out


def sets(folder, only, floors):
    low = []
    peers = published((folder / "SCORES.md").read_text("utf8"))
    print(f"{'set':18} {'score':10} {'gongkai':>8} {'best peer':>10}")
    for manifest in sorted(folder.glob("*/manifest.jsonl")):
        name = manifest.parent.name
        if (only and name not in only) or (not only and name not in peers) or name == "robust":
            continue
        with tempfile.TemporaryDirectory() as out:
            out = pathlib.Path(out)
            predict(manifest.parent, out)
            subprocess.run(
                [sys.executable, folder / "scripts/score.py", manifest.parent, out, "--json", out / "score.json"],
                stdout=subprocess.DEVNULL, check=True,
            )
            ours = json.loads((out / "score.json").read_text())
        ours = ours["summary"]
        below = {k: v for k, v in floors.get(name, {}).items() if (ours.get(k) or 0) < v}
        low += [f"{name}: {score} is {ours.get(score)}, floor {floor}" for score, floor in below.items()]
        for score, (best, tool) in peers.get(name, {}).items():
            if isinstance(ours.get(score), (int, float)):
                mark = "" if ours[score] >= best else "  behind"
                print(f"{name:18} {score:10} {ours[score]:8.3f} {best:10.3f} {tool}{mark}", flush=True)
    return "\n".join(low) or None


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", nargs="?")
    arguments.add_argument("--sets", type=pathlib.Path)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--floors", type=pathlib.Path)
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--instructions", action="store_true")
    options = arguments.parse_args()
    if options.sets:
        floors = tomllib.loads(options.floors.read_text("utf8")) if options.floors else {}
        return sets(options.sets, [name for name in options.only.split(",") if name], floors)
    if not options.folder:
        arguments.error("a folder of reports, or --sets")
    files = sorted(p for p in pathlib.Path(options.folder).rglob("*") if p.is_file())
    pdf = [str(p) for p in files if p.suffix.lower() == ".pdf"]
    html = [str(p) for p in files if p.suffix.lower() in (".html", ".htm", ".shtml")]
    ours = {}  # CPU seconds with one thread, by format
    for name, chosen in (("html", html), ("pdf", pdf)):
        if not chosen:
            continue
        listing = "\n".join(chosen).encode()
        for jobs in (1, 2):
            used, wall = cpu([GONGKAI, "extract", "-", "--quiet", "--jobs", str(jobs)], options.repeat, listing)
            ours.setdefault(name, used)
            row(f"gongkai extract {name}, {jobs} thread(s)", len(chosen), used, wall)
    if html:
        try:
            import pandas
        except ImportError:
            print("pandas is not installed: left out")
        else:
            start = time.process_time()
            for path in html:
                try:
                    pandas.read_html(path)
                except (ValueError, UnicodeDecodeError):
                    pass
            used = time.process_time() - start
            row("pandas.read_html", len(html), used, used, f"{used / max(ours['html'], 1e-9):.1f} times ours")
    if pdf:
        peers = [("gongkai text", [GONGKAI, "text"], [])]
        if shutil.which("pdftotext"):
            peers.append(("pdftotext -bbox-layout", ["pdftotext", "-bbox-layout"], ["/dev/null"]))
        if shutil.which("mutool"):
            peers.append(("mutool draw -F stext", ["mutool", "draw", "-F", "stext", "-o", "/dev/null"], []))
        for name, head, tail in peers:
            used = wall = 0.0
            for path in pdf:
                u, w = cpu([*head, path, *tail], options.repeat)
                used, wall = used + u, wall + w
            extra = ""
            if options.instructions:
                counts = [instructions([*head, path, *tail]) for path in pdf]
                extra = f"{sum(c for c in counts if c):10.0f} M instructions"
            row(name, len(pdf), used, wall, extra)


if __name__ == "__main__":
    sys.exit(main())

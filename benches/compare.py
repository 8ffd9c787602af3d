#!/usr/bin/env python3
"""Times gongkai beside its peers on the same files in one run, on one machine.

    cargo build --release
    python3 benches/compare.py FOLDER [--repeat N] [--instructions]

FOLDER holds reports. PDF text with coordinates is compared with `pdftotext -bbox-layout` and `mutool draw -F stext`,
HTML with `pandas.read_html` (parsing alone, in this process, imports not counted), where they are installed.
CPU seconds are those of the child processes (user and system), the best of N runs; `--instructions` also counts
instructions with `valgrind --tool=callgrind` (repeatable, whatever else the machine does).
"""
import argparse
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import time

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


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder")
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--instructions", action="store_true")
    options = arguments.parse_args()
    files = sorted(p for p in pathlib.Path(options.folder).rglob("*") if p.is_file())
    pdf = [str(p) for p in files if p.suffix.lower() == ".pdf"]
    html = [str(p) for p in files if p.suffix.lower() in (".html", ".htm", ".shtml")]
    for name, chosen in (("html", html), ("pdf", pdf)):
        if not chosen:
            continue
        listing = "\n".join(chosen).encode()
        for jobs in (1, 2):
            used, wall = cpu([GONGKAI, "extract", "-", "--quiet", "--jobs", str(jobs)], options.repeat, listing)
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
            row("pandas.read_html", len(html), used, used)
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

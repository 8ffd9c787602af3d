#!/usr/bin/env python3
"""Runs gongkai over an archive with one and with two jobs: files per second, peak memory, the same bytes.

    cargo build --release
    python3 benches/archive.py /tmp/archive --files 100000
    python3 benches/scale.py /tmp/archive
    python3 benches/scale.py /tmp/archive --costs [--repeat 5]

Memory is the resident peak of the supervisor and of its largest worker, and the largest sum of all of them at one
moment (Linux, /proc). `--costs` compares CPU seconds instead (user and system, children included; the least of N
turns): reading in one process, under the supervisor, and with the ledger.
"""
import argparse
import filecmp
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
GONGKAI = os.environ.get("GONGKAI", str(ROOT / "target/release/gongkai"))
OUTPUTS = ("records.jsonl", "failures.jsonl", "duplicates.jsonl", "quarantine.txt", "manifest.json")


def memory(pid):
    """Resident bytes of a process now and at its peak; zeros where it is gone."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    sizes = dict(line.split(":", 1) for line in lines)
    return tuple(int(sizes.get(name, "0 kB").split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))


def children(pid):
    try:
        return [int(p) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for p in (task / "children").read_text().split()]
    except OSError:
        return []


def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(archive, out, jobs):
    """One run: wall and CPU seconds, exit code, peaks of supervisor, worker and sum."""
    before, start = used(), time.perf_counter()
    command = [GONGKAI, "run", str(archive), "-o", str(out), "--quiet", "--jobs", str(jobs)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    supervisor = worker = whole = 0
    while child.poll() is None:
        now, peak = memory(child.pid)
        supervisor = max(supervisor, peak)
        for pid in children(child.pid):
            resident, high = memory(pid)
            worker, now = max(worker, high), now + resident
        whole = max(whole, now)
        time.sleep(0.1)
    return time.perf_counter() - start, used() - before, child.returncode, supervisor, worker, whole


def scale(archive, folder):
    outs = []
    for jobs in (1, 2):
        out = folder / f"jobs-{jobs}"
        wall, cpu, code, *peaks = run(archive, out, jobs)
        if code not in (0, 1):
            sys.exit(f"gongkai ended with {code}")
        count = sum(b'"fate":"opened"' not in line for line in (out / "ledger.jsonl").read_bytes().splitlines()) - 1
        supervisor, worker, whole = (f"{peak / 1e6:.0f} MB" for peak in peaks)
        print(f"jobs {jobs}: {count} files in {wall:.1f} s, {count / wall:.0f} files/s, {1000 * cpu / count:.2f} CPU ms/file;"
              f" peak memory: supervisor {supervisor}, a worker {worker}, together {whole}", flush=True)
        outs.append(out)
    same = [filecmp.cmp(outs[0] / name, outs[1] / name, shallow=False) for name in OUTPUTS]
    print("outputs: " + ("identical" if all(same) else "DIFFERENT: " + ", ".join(n for n, s in zip(OUTPUTS, same) if not s)))
    return 0 if all(same) else 1


def costs(archive, folder, repeat):
    """CPU seconds of the three ways of reading, turn by turn so that all see the same machine."""
    ways = {
        "in one process": ["extract", str(archive), "--no-isolation", "-o", str(folder / "a.jsonl")],
        "under the supervisor": ["extract", str(archive), "-o", str(folder / "b.jsonl")],
        "with the ledger (run)": ["run", str(archive), "-o", str(folder / "run")],
    }
    least = dict.fromkeys(ways, float("inf"))
    for _ in range(repeat):
        for name, arguments in ways.items():
            shutil.rmtree(folder / "run", ignore_errors=True)
            before = used()
            subprocess.run([GONGKAI, *arguments, "--quiet", "--jobs", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            least[name] = min(least[name], used() - before)
    earlier = None
    for name, seconds in least.items():
        more = f"{100 * (seconds / earlier - 1):+.1f} %" if earlier else ""
        print(f"{name:24} {seconds:8.3f} CPU s {more}")
        earlier = seconds
    return 0


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("archive", type=pathlib.Path)
    arguments.add_argument("--costs", action="store_true")
    arguments.add_argument("--repeat", type=int, default=5)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        work = (lambda: costs(options.archive, folder, options.repeat)) if options.costs else (lambda: scale(options.archive, folder))
        sys.exit(work())


if __name__ == "__main__":
    main()

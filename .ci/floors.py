#!/usr/bin/env python3
"""Runs the program on the scored sets and holds the results against .ci/floors.toml. Floors only rise."""
import json
import pathlib
import subprocess
import sys
import tomllib

SHOWN = ("reports", "cells", "exact%", "silent_var", "spurious", "fully%", "year%", "agency%", "form%", "sections", "negatives_ok")
program = sys.argv[1]
shared = pathlib.Path("../shared")
with open(".ci/floors.toml", "rb") as f:
    floors = tomllib.load(f)
failed, made = [], set()
for name, wanted in floors.items():
    which = wanted["set"]
    out = pathlib.Path("target") / f"score-{which}.jsonl"
    if which not in made:
        run = subprocess.run([program, "extract", str(shared / which / "files"), "--quiet", "-o", str(out)], stderr=subprocess.DEVNULL)
        if run.returncode not in (0, 1):
            sys.exit(f"{name}: the program ended with {run.returncode}")
        made.add(which)
    only = [x for k, v in wanted.get("only", {}).items() for x in ("--only", f"{k}={','.join(v)}")]
    command = [sys.executable, str(shared / "score/score.py"), "--gold", str(shared / which / "gold.jsonl"), "--pred", str(out), "--json", *only]
    total = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["total"]
    print(name, json.dumps({k: total.get(k) for k in SHOWN}, ensure_ascii=False))
    for key, floor in wanted.get("at_least", {}).items():
        if (total.get(key) or 0) < floor:
            failed.append(f"{name}: {key} is {total.get(key)}, floor {floor}")
    for key, ceiling in wanted.get("at_most", {}).items():
        if (total.get(key) or 0) > ceiling:
            failed.append(f"{name}: {key} is {total.get(key)}, ceiling {ceiling}")
if failed:
    sys.exit("\n".join(failed))

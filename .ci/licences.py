#!/usr/bin/env python3
"""Checks the licence of every crate that is built against the list in deny.toml, without a network."""
import json
import re
import subprocess
import sys
import tomllib

with open("deny.toml", "rb") as f:
    allowed = set(tomllib.load(f)["licenses"]["allow"])
meta = json.loads(subprocess.run(["cargo", "metadata", "--format-version", "1", "--locked"], check=True, capture_output=True).stdout)


def fits(expression: str) -> bool:
    """Whether an SPDX expression can be met by allowed licences; AND binds closer than OR, brackets first."""
    expression = expression.replace("/", " OR ")
    while inner := re.search(r"\(([^()]*)\)", expression):
        word = "ALLOWED" if fits(inner.group(1)) else "REFUSED"
        expression = expression[: inner.start()] + word + expression[inner.end() :]
    alternatives = re.split(r"\s+OR\s+", expression)
    return any(all(t.strip() == "ALLOWED" or t.strip() in allowed for t in re.split(r"\s+AND\s+", a)) for a in alternatives)


bad = [f"{p['name']} {p['version']}: {p['license']}" for p in meta["packages"] if not fits(p.get("license") or "none")]
if bad:
    print("licences that deny.toml does not allow:", *bad, sep="\n  ")
    sys.exit(1)
print(f"licences: {len(meta['packages'])} crates, all allowed")

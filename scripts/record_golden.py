#!/usr/bin/env python3
"""Record what dbt-core does with small projects: the expected results of tests/cli/conformance.rs.

    python3 -m venv dbt && dbt/bin/pip install 'dbt-core==1.11.*' dbt-duckdb 'duckdb==1.5.5' dbt-postgres
    scripts/postgres-server run dbt/bin/python scripts/record_golden.py [CASE ...]

Each file in tests/golden/cases/ is a case, a Python literal: `files`, and
`steps` of files to change and a command to run, with sections of `artifacts` to
keep. It runs on every engine of tests/golden/engines.json that offers what the case `needs`, of a server's versions
(`since`) the newest. The case, with the
result of every step on every engine, is written to tests/golden/NAME.json: exit
code, status of each node, and what is known of each relation. The Rust test
runs `model` through the same steps and compares.
"""
import ast
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap

import duckdb
import psycopg2

ROOT = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden"
DBT = pathlib.Path(sys.executable).parent / "dbt"
PROJECT = "name: shop\nprofile: shop\n"
WIDTH = 120


class DuckDb:
    """A database file in the project's folder."""

    def __init__(self, folder, engine):
        self.path = folder / engine["output"]["path"]
        self.output = engine["output"]

    def rows(self, sql):
        if not self.path.exists():
            return []
        with duckdb.connect(str(self.path), read_only=True) as database:
            return database.execute(sql).fetchall()

    def close(self):
        pass


class Postgres:
    """A database called `shop` on the server that MODEL_TEST_POSTGRES names."""

    def __init__(self, folder, engine):
        self.server = os.environ["MODEL_TEST_POSTGRES"]
        self.administer("drop database if exists shop", "create database shop", *engine["prepare"])
        settings = dict(setting.split("=", 1) for setting in self.server.split())
        self.output = {**engine["output"], **settings, "port": int(settings["port"]), "dbname": "shop"}

    def administer(self, *statements):
        connection = psycopg2.connect(self.server)
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)
        connection.close()

    def rows(self, sql):
        connection = psycopg2.connect(self.server, dbname="shop")
        cursor = connection.cursor()
        cursor.execute(sql)
        rows = cursor.fetchall()
        connection.close()
        return rows

    def close(self):
        self.administer("drop database shop with (force)")


WAREHOUSES = {"duckdb": DuckDb, "postgres": Postgres}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def relations(warehouse, engine):
    found = {}
    for name, fact, *values in warehouse.rows("\n".join(engine["facts"])):
        relation = found.setdefault(name, {})
        relation.setdefault(fact, []).append([value for value in values if value is not None])
    for name, relation in found.items():
        relation["kind"] = relation["kind"][0][0]
        relation.setdefault("columns", [])
        cells = ", ".join(f"cast({quoted(column)} as text)" for column, _ in relation["columns"])
        table = ".".join(map(quoted, name.split(".", 1)))
        rows = warehouse.rows(f"select {cells} from {table}")
        relation["rows"] = sorted(map(list, rows), key=lambda row: [(cell is None, cell or "") for cell in row])
    return found


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
    results.sort(key=lambda result: result["unique_id"])
    return {result["unique_id"]: {"status": str(result["status"]), "failures": result["failures"]} for result in results}


def artifacts(folder, wanted):
    """Sections of artifacts, without times."""
    read = {name: json.loads((folder / "target" / name).read_text()) for name in wanted}
    found = {name: {key: read[name][key] for key in keys} for name, keys in wanted.items()}
    for sections in found.values():
        for entries in sections.values():
            for entry in entries.values() if isinstance(entries, dict) else entries:
                if isinstance(entry, dict):
                    entry.pop("created_at", None)
    return found


def run(folder, arguments):
    if arguments[0] != "retry":
        (folder / "target" / "run_results.json").unlink(missing_ok=True)
    command = [DBT, "--quiet", *arguments, "--profiles-dir", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    expected = {"code": done.returncode, "results": statuses(folder)}
    if done.returncode == 0 and arguments[0] in ("ls", "list", "show"):
        expected["stdout"] = done.stdout.splitlines()
    return expected, done.stdout + done.stderr


def on_engine(name, engine, case):
    """What every step gives on an engine."""
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        warehouse = WAREHOUSES[name](folder, engine)
        profile = {"shop": {"target": "dev", "outputs": {"dev": warehouse.output}}}
        write(folder, {"profiles.yml": json.dumps(profile), **case["files"]})
        for step in case["steps"]:
            write(folder, step["files"])
            expected, output = run(folder, step["run"])
            code = step["code"]
            if expected["code"] != (code if isinstance(code, int) else code.get(name, 0)):
                sys.exit(f"{name}: {step['run']} ended with {expected['code']}:\n{output}")
            expected["relations"] = relations(warehouse, engine)
            if step["artifacts"] and name == "duckdb":
                expected["artifacts"] = artifacts(folder, step["artifacts"])
            for without in step["without_rows"]:
                expected["relations"][without]["rows"] = None
            results.append(expected)
        warehouse.close()
    return results


def dedented(files):
    return {name: text and textwrap.dedent(text).lstrip("\n") for name, text in files.items()}


def laid_out(value, margin=""):
    """JSON with everything that fits on a line on a line."""
    line = json.dumps(value, ensure_ascii=False)
    if len(margin + line) <= WIDTH or not isinstance(value, (dict, list)):
        return line
    deeper = margin + " "
    if isinstance(value, dict):
        items = [f"{json.dumps(key, ensure_ascii=False)}: {laid_out(item, deeper)}" for key, item in value.items()]
    else:
        items = [laid_out(item, deeper) for item in value]
    start, end = "{}" if isinstance(value, dict) else "[]"
    return f"{start}\n{deeper}" + f",\n{deeper}".join(items) + f"\n{margin}{end}"


def record(path, engines):
    written = ast.literal_eval(path.read_text())
    needs = written.get("needs", [])
    defaults = {"code": 0, "without_rows": [], "artifacts": {}}
    steps = [{**defaults, **step, "files": dedented(step.get("files", {}))} for step in written["steps"]]
    case = {"files": {"dbt_project.yml": PROJECT, **dedented(written["files"])}, "steps": steps}
    offering = {name: engine for name, engine in engines.items() if set(needs) <= set(engine["offers"])}
    if not offering:
        sys.exit(f"{path.name}: no engine offers {needs}")
    results = {name: on_engine(name, engine, case) for name, engine in offering.items()}
    steps = [
        {"files": step["files"], "run": step["run"], "expected": {name: results[name][at] for name in results}}
        for at, step in enumerate(steps)
    ]
    recorded = {"about": written["about"], "needs": needs, "files": case["files"], "steps": steps}
    (ROOT / f"{path.stem}.json").write_text(laid_out(recorded) + "\n")
    print(f"{path.stem}: {len(steps)} steps on {', '.join(results)}", flush=True)


def main():
    engines = json.loads((ROOT / "engines.json").read_text())
    wanted = sys.argv[1:]
    for path in sorted((ROOT / "cases").glob("*.py")):
        if not wanted or path.stem in wanted:
            record(path, engines)


if __name__ == "__main__":
    main()

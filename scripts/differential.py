#!/usr/bin/env python3
"""Run dbt-core and `model` on the same project and tell every difference.

    python3 -m venv dbt && dbt/bin/pip install 'dbt-core==1.11.*' dbt-duckdb 'duckdb==1.5.5' dbt-postgres
    dbt/bin/python scripts/differential.py target/release/model PROJECT [--run 'build --select x'] ...
    scripts/postgres-server run dbt/bin/python scripts/differential.py target/release/model PROJECT --engine postgres

PROJECT is the folder of a dbt project, with its packages in place, or a recording of
tests/golden, whose steps are run. Both programs get a fresh copy in the same place with the
same profile. After each command the exit code, the lines of `ls`, the status of every node,
relations, compiled SQL and artifacts are compared field by field. Differences are counted by
where they are, with an example of each; ACCEPTED below lists those that are meant.
It ends with 1 where there is any other difference.
"""
import argparse
import collections
import fnmatch
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

import yaml

import record_golden

COMMANDS = ["ls --output json", "compile", "build", "docs generate"]
ARTIFACTS = ["manifest.json", "run_results.json", "catalog.json", "sources.json", "semantic_manifest.json"]
SECONDS = 1800
ONLY_ONE = "<absent>"
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")
IDENTITY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
BUILT_IN = re.compile(r"macro\.dbt(_duckdb|_postgres)?\.")

# Where the two may differ, and why. A place is the artifact and the keys that lead to the value;
# `*` stands for any of them.
ACCEPTED = {
    "*/metadata/*": "version, time and identity of the invocation",
    "manifest.json/macros/macro.dbt.*": "the built-in macros are written anew",
    "manifest.json/macros/macro.dbt_duckdb.*": "the built-in macros are written anew",
    "manifest.json/macros/macro.dbt_postgres.*": "the built-in macros are written anew",
    "manifest.json/docs/doc.dbt.__overview__": "the text of the overview is our own",
    "manifest.json/*/created_at": "the time of reading",
    "run_results.json/elapsed_time": "a time",
    "run_results.json/args/*": "flags of the other program",
    "run_results.json/results/*/timing": "times",
    "run_results.json/results/*/execution_time": "a time",
    "run_results.json/results/*/thread_id": "which thread was free",
    "run_results.json/results/*/message": "messages are for people",
    "run_results.json/results/*/compiled_code": "compared in the manifest",
    "run_results.json/results/*/adapter_response*": "what the driver says of a statement",
    "sources.json/elapsed_time": "a time",
    "sources.json/results/*/timing": "times",
    "sources.json/results/*/execution_time": "a time",
    "sources.json/results/*/thread_id": "which thread was free",
    "sources.json/results/*/snapshotted_at": "the time of asking",
    "sources.json/results/*/max_loaded_at_time_ago_in_s": "the time since",
}


def accepted(place):
    return any(fnmatch.fnmatchcase(place, form) for pattern in ACCEPTED for form in (pattern, f"{pattern}/*"))


def by_name(place, value):
    """Lists of what has an identity, as dictionaries: the order in which nodes end is no difference,
    nor is the order in which dbt's file system gives the files of the semantic layer."""
    key = "name" if place[:1] == ["semantic_manifest.json"] else "unique_id"
    if isinstance(value, list) and value and all(isinstance(item, dict) and key in item for item in value):
        return {item[key]: item for item in value}
    return value


def differences(place, expected, found):
    """Yields (place, expected, found) for each leaf in which the two differ."""
    expected, found = by_name(place, expected), by_name(place, found)
    if expected == found and type(expected) is type(found):
        return
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted({*expected, *found}, key=str):
            yield from differences(
                [*place, str(key)], expected.get(key, ONLY_ONE), found.get(key, ONLY_ONE)
            )
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for at, (one, other) in enumerate(zip(expected, found)):
            yield from differences([*place, str(at)], one, other)
    else:
        yield place, expected, found


def artifact(path, has_run):
    """An artifact, without what comes from the text of built-in macros: it is our own.

    What dbt takes from sets, it writes in any order: sources that a node reads, unit tests.
    Members of a group come in the order in which its file system gave the files.
    Once a node has run, dbt adds the macros that were called on the way.
    """
    if not path.exists():
        return ONLY_ONE
    read = json.loads(path.read_text())
    for members in (read.get("group_map") or {}).values():
        members.sort()
    for node in read.get("nodes", {}).values() if path.name == "manifest.json" else ():
        parents = node.get("depends_on", {})
        called = [] if has_run else parents.get("macros", [])
        parents["macros"] = sorted({macro or "" for macro in called if not BUILT_IN.match(macro or "")})
        parents["nodes"] = sorted(parents.get("nodes", []))
        node["sources"] = sorted(node.get("sources", []))
        code = node.get("compiled_code")
        if isinstance(code, str) and node.get("language") == "python":
            node["compiled_code"] = code.startswith(node["raw_code"])
        elif isinstance(code, str):
            node["compiled_code"] = re.sub(r"\s*([(),:]|\s)\s*", r"\1", code.strip())
    return read


def relations(warehouse, engine, since):
    """Relations as the recordings hold them; times and identities of the run and what is hashed from
    times are masked."""

    def masked(cell, column):
        is_hash = column == "dbt_scd_id"
        is_new = cell is not None and TIME.match(cell) and cell[:19].replace("T", " ") >= since
        return "masked" if is_hash or is_new else cell and IDENTITY.sub("masked", cell)

    found = record_golden.relations(warehouse, engine)
    for relation in found.values():
        columns = [column[0] for column in relation["columns"]]
        rows = [list(map(masked, row, columns)) for row in relation["rows"]]
        relation["rows"] = sorted(rows, key=lambda row: [(cell is None, cell or "") for cell in row])
    return found


def compiled(folder):
    """The compiled files. What is in them is compared in the manifest."""
    files = sorted((folder / "target" / "compiled").rglob("*.*"))
    return {str(path.relative_to(folder)): True for path in files if path.is_file()}


def ls_lines(stdout):
    """Lines of `ls` as what they say, by the name they give; what a node reads comes in any order."""
    lines = [line for line in stdout.splitlines() if line.strip()]
    try:
        read = [json.loads(line) for line in lines]
    except json.JSONDecodeError:
        return lines
    for line in filter(lambda line: isinstance(line, dict), read):
        line.get("depends_on", {}).get("nodes", []).sort()
    return {line.get("unique_id", line.get("name")): line for line in read if isinstance(line, dict)}


def observe(program, command, folder, warehouse, engine, since):
    """Everything that is known after a command."""
    arguments = shlex.split(command) if isinstance(command, str) else command
    if arguments[0] != "retry":
        for name in ARTIFACTS[1:]:
            (folder / "target" / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "target" / "compiled", ignore_errors=True)
    line = [program, "--quiet", *arguments, "--profiles-dir", "."]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    seen = {"code": done.returncode, "results": record_golden.statuses(folder), "compiled": compiled(folder)}
    if done.returncode == 0 and arguments[0] in ("ls", "list", "show"):
        seen["stdout"] = ls_lines(done.stdout)
    has_run = arguments[0] not in ("ls", "list", "parse")
    seen.update({name: artifact(folder / "target" / name, has_run) for name in ARTIFACTS})
    seen["relations"] = relations(warehouse, engine, since)
    return seen, done.stdout + done.stderr


class Project:
    """A folder, and the commands to run on it."""

    def __init__(self, path, commands):
        self.path = path
        self.steps = [({}, command) for command in commands or COMMANDS]

    def put(self, folder):
        ignored = shutil.ignore_patterns(".git", "target", "logs", "*.duckdb", "*.duckdb.wal")
        shutil.copytree(self.path, folder, symlinks=True, ignore=ignored, dirs_exist_ok=True)


class Recording:
    """A recording of tests/golden and its steps."""

    def __init__(self, path):
        self.read = json.loads(path.read_text())
        self.steps = [(step["files"], step["run"]) for step in self.read["steps"]]

    def put(self, folder):
        record_golden.write(folder, self.read["files"])


def profile_name(folder):
    """The profile that the project names, to be written for both programs."""
    for name in ("dbt_project.yml", "dbt_project.yaml"):
        if (folder / name).exists():
            project = yaml.safe_load((folder / name).read_text())
            return project.get("profile") or "differential"
    sys.exit(f"{folder}: no dbt_project.yml")


def give_profile(folder, output):
    name = profile_name(folder)
    for path in folder.glob("dbt_project.y*ml"):
        if not yaml.safe_load(path.read_text()).get("profile"):
            path.write_text(f"{path.read_text()}\nprofile: {name}\n")
    profile = {name: {"target": "dev", "outputs": {"dev": {"threads": 2, **output}}}}
    (folder / "profiles.yml").write_text(json.dumps(profile))


def walk(program, project, name, engine, scratch):
    """What a program does at every step, in a folder that is removed again."""
    folder = scratch / "project"
    folder.mkdir()
    project.put(folder)
    warehouse = record_golden.WAREHOUSES[name](folder, engine)
    give_profile(folder, warehouse.output)
    steps = []
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    for files, command in project.steps:
        record_golden.write(folder, files)
        steps.append(observe(program, command, folder, warehouse, engine, since))
    warehouse.close()
    shutil.rmtree(folder)
    return steps


def general(place):
    """A place without the names of the nodes in it."""
    return "/".join(re.sub(r"^(\w+\.\w+\.[^/]+|\d+|\w+://.*)$", "*", key) for key in place)


def shortened(value, width=300):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= width else text[:width] + "…"


def aside(expected, found):
    """Two values; of long texts the part around the first difference."""
    if isinstance(expected, str) and isinstance(found, str) and len(expected) + len(found) > 300:
        start = max(0, len(os.path.commonprefix([expected, found])) - 60)
        expected, found = expected[start:], found[start:]
    return f"    dbt    {shortened(expected)}\n    model  {shortened(found)}"


def tell(command, expected, found, examples):
    """Prints the differences of a step by where they are; says how many there are."""
    groups = collections.defaultdict(list)
    (before, their_output), (after, our_output) = expected, found
    if before["code"] == after["code"] == 2:
        # dbt writes the manifest before it fails, unless it is the one that an earlier command left. It
        # stops at the first node that cannot be compiled, where `model` tells of all.
        left_out = dict.fromkeys(("manifest.json", "semantic_manifest.json", "compiled"))
        before, after = ({**seen, **left_out} for seen in (before, after))
    for place, one, other in differences([], before, after):
        if not accepted("/".join(place)):
            groups[general(place)].append((place, one, other))
    manifest = before["manifest.json"]
    nodes = len(manifest["nodes"]) if isinstance(manifest, dict) else 0
    count = sum(map(len, groups.values()))
    print(f"== {command}: {nodes} nodes, exit {before['code']} and {after['code']}, {count} differences")
    if before["code"] != after["code"]:
        print(f"  dbt said:\n{their_output[-2000:]}\n  model said:\n{our_output[-2000:]}")
    for general_place, group in sorted(groups.items(), key=lambda item: -len(item[1])):
        print(f"  {len(group)} × {general_place}")
        for place, one, other in group[:examples]:
            print(f"   {'/'.join(place)}\n{aside(one, other)}")
    return count


def main():
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("model", help="the program to compare with dbt")
    reader.add_argument("projects", nargs="+", type=pathlib.Path, metavar="PROJECT")
    reader.add_argument("--run", action="append", metavar="COMMAND", help="a command instead of the usual ones")
    reader.add_argument("--engine", default="duckdb", choices=sorted(record_golden.WAREHOUSES))
    reader.add_argument("--examples", type=int, default=1, help="how many of each kind to show")
    given = reader.parse_args()
    engine = json.loads((record_golden.ROOT / "engines.json").read_text())[given.engine]
    total = 0
    for path in given.projects:
        project = Recording(path) if path.suffix == ".json" else Project(path, given.run)
        print(f"{path}", flush=True)
        with tempfile.TemporaryDirectory() as scratch:
            programs = (record_golden.DBT, pathlib.Path(given.model).resolve())
            expected, found = (
                walk(program, project, given.engine, engine, pathlib.Path(scratch)) for program in programs
            )
        for (_, command), one, other in zip(project.steps, expected, found):
            total += tell(command, one, other, given.examples)
    print(f"{total} differences")
    sys.exit(1 if total else 0)


if __name__ == "__main__":
    main()

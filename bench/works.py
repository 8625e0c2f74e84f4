"""What is measured: each work gives an entry of results.json, or stops where the work was unequal."""
import json
import pathlib
import shutil
import sys

from measure import Run, in_turn, measure, records, statements
from projects import write_project

TABLES = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=True)
connection.execute("set enable_progress_bar = false")
columns = {}
for table, column in connection.execute(
    "select table_name, column_name from information_schema.columns where table_schema = 'main' "
    "order by table_name, ordinal_position"
).fetchall():
    columns.setdefault(table, []).append(column)
for table, names in sorted(columns.items()):
    texts = ", ".join(f'''coalesce("{name}"::varchar, 'null')''' for name in names)
    rows = f'''select count(*), sum(hash(concat_ws('|', {texts}))::hugeint) from main."{table}"'''
    print(table, *names, *connection.execute(rows).fetchone())
"""
# Counts the nodes of a manifest and sums it up without what differs between two parses of one
# project. A process of its own: what is measured begins with the size of the process that starts it.
MANIFEST = """
import hashlib, json, sys
CHANGING = {"invocation_id", "invocation_started_at", "generated_at", "run_started_at", "created_at"}
def steady(value):
    if isinstance(value, dict):
        return {key: steady(one) for key, one in value.items() if key not in CHANGING}
    return [steady(one) for one in value] if isinstance(value, list) else value
manifest = steady(json.load(open(sys.argv[1])))
print(len(manifest["nodes"]), hashlib.sha256(json.dumps(manifest).encode()).hexdigest())
"""
# Beyond so many models the slow ones run once, and only where nothing is known.
MANY = 3000


class Works:
    """All works on projects in one folder."""

    def __init__(self, programs, folder, rounds, slow_rounds):
        self.programs, self.folder = programs, folder.absolute() / "projects"
        self.rounds, self.slow_rounds = rounds, slow_rounds

    def project(self, shape, models, rows=100):
        """A new project, which nobody has run."""
        folder = self.folder / f"{shape}-{models}-{rows}"
        shutil.rmtree(folder, ignore_errors=True)
        write_project(folder, shape, models, rows)
        return folder

    def copy(self, project, name):
        """A way to have a fresh copy of a project, and where."""
        folder = self.folder / f"copy-{name}"

        def afresh():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(project, folder)

        afresh()
        return folder, afresh

    def start(self):
        """What there is before anything is read."""
        model = self.programs.model
        runs = [Run("model --version", [model, "--version"], self.folder),
                Run("model --help", [model, "--help"], self.folder),
                Run("an empty program", [shutil.which("true")], self.folder)]
        self.folder.mkdir(parents=True, exist_ok=True)
        return {"work": "start", "shape": "", "models": 0, "runs": in_turn(runs, 4 * self.rounds)}

    def parse(self, shape, models, with_peers):
        """Reading a project: all of it, what changed, nothing."""
        model, yardstick = self.programs.model, self.programs.yardstick
        project = self.project(shape, models)
        cold, _ = self.copy(project, "cold")
        known = {name: self.copy(project, name)[0] for name in ("same", "one", "sql", "first", "yaml", "macro")}
        for folder in [*known.values(), *known.values()]:
            measure([model, "parse", "--quiet"], folder)
        edits = {"sql": Edit(known["sql"], "models/base/part_0/base_1.sql", "\n-- {}"),
                 "first": Edit(known["first"], "models/base/part_0/base_{}.sql", "\n-- {}"),
                 "yaml": Edit(known["yaml"], "models/base/part_0/about.yml", "\n# {}", ("Payments", "Payments of {}")),
                 "macro": Edit(known["macro"], "macros/shared.sql", "", ("round(", "round({} + "))}
        quiet_parse = [model, "parse", "--quiet"]
        one = ["compile", "--quiet", "--select", "base_1"]
        runs = [
            Run("parse, nothing known", [*quiet_parse, "--no-cache"], cold),
            Run("parse, nothing changed", quiet_parse, known["same"]),
            Run("list, nothing changed", [model, "list", "--quiet"], known["same"]),
            *(Run(f"parse, {what} edited", quiet_parse, known[name], edits[name].make)
              for name, what in (("sql", "one model"), ("first", "each time another model"),
                                 ("yaml", "one property file"), ("macro", "one macro"))),
            Run("compile one model, nothing changed", [model, *one], known["one"]),
            Run("read and hash the files", [yardstick, "read", cold], cold),
            Run("stat the files", [yardstick, "stat", cold], cold),
        ]
        if with_peers:
            dbt, most = [self.programs.dbt, "--quiet", "parse"], 1 if models > MANY else self.slow_rounds
            theirs, _ = self.copy(project, "dbt")
            runs.append(Run("dbt parse --no-partial-parse", [*dbt, "--no-partial-parse"], theirs, most=most))
            if models <= MANY:
                runs.append(Run("dbt parse, nothing changed", dbt, theirs, most=most))
        taken = in_turn(runs, self.rounds)
        for name, edit in edits.items():
            self.check_manifest(known[name], edit)
        nodes, _ = manifest(cold)
        return {"work": "parse", "shape": shape, "models": models, "nodes": nodes, "runs": taken}

    def write(self, models):
        """Writing manifest.json, beside making its bytes from what is in memory."""
        folder, afresh = self.copy(self.project("plain", models), "write")
        parse = [self.programs.model, "parse", "--no-cache", "--timings", "--log-format", "json"]
        measure(parse, folder)
        artifact = self.folder / "manifest.json"
        shutil.copy(folder / "target/manifest.json", artifact)
        runs = [Run("write manifest.json", parse, folder, afresh, clock=written),
                Run("serialize the same bytes", [self.programs.yardstick, "write", artifact], folder,
                    clock=lambda told: float(told.split()[0]))]
        return {"work": "write", "shape": "plain", "models": models, "runs": in_turn(runs, self.rounds)}

    def check_manifest(self, folder, edit):
        """Stops where what was understood after an edit is not what is read without a cache."""
        edit.make()
        measure([self.programs.model, "parse", "--quiet"], folder)
        after = manifest(folder)
        measure([self.programs.model, "parse", "--quiet", "--no-cache"], folder)
        if after != manifest(folder):
            sys.exit(f"{folder}: the manifest after an edit differs from one without a cache")

    def build(self, shape, models, rows=100, with_peers=True, with_one_thread=True):
        """Building a project: by us with one and two threads, plainly, and by others."""
        model, project = self.programs.model, self.project(shape, models, rows)
        runs = []

        def add(name, command, most=0):
            folder, afresh = self.copy(project, name.replace(" ", "-"))
            runs.append(Run(name, command, folder, afresh, most=most))
            return folder

        build = [model, "build", "--quiet", "--threads"]
        if with_one_thread:
            add("model, 1 thread", [*build, "1"])
            add("model, 1 thread, each test by itself", [*build, "1", "--no-combined-tests"])
        ours = add("model, 2 threads", [*build, "2"])
        log, _ = self.copy(project, "log")
        events = measure([model, "build", "--threads", "1", "--log-format", "json", "--debug"], log).told
        sent = statements(events)
        replay = add("replay", [self.programs.yardstick, "replay", "bench.duckdb"])
        runs[-1].text = json.dumps(sent)
        if with_peers:
            theirs = add("dbt, 2 threads", [self.programs.dbt, "--quiet", "build", "--threads", "2"], self.slow_rounds)
            mesh = [self.programs.sqlmesh, "plan", "--auto-apply", "--no-prompts"]
            add("SQLMesh", mesh, self.slow_rounds)
        taken = in_turn(runs, self.rounds)
        relations = self.check_tables({run.name: run.folder for run in runs})
        if with_peers and statuses(ours) != statuses(theirs):
            sys.exit("the statuses of nodes differ between model and dbt")
        assert replay.exists()
        results = len(statuses(ours))
        entry = {"work": "build", "shape": shape, "models": models, "rows": rows, "statements": len(sent)}
        return {**entry, "relations": relations, "results": results, "runs": taken}

    def check_tables(self, folders):
        """Stops unless all made the same tables, row for row; how many there are."""
        ask = [self.programs.python, "-c", TABLES, "bench.duckdb"]
        found = {name: measure(ask, folder).told for name, folder in folders.items()}
        (first, expected), *others = found.items()
        for name, tables in others:
            differing = set(expected.splitlines()) ^ set(tables.splitlines())
            if differing:
                sys.exit(f"{name} made other tables than {first}:\n" + "\n".join(sorted(differing)[:10]))
        return expected.count("\n")


class Edit:
    """An edit of one file, another one each time; the path may have a place for how often."""

    def __init__(self, folder, path, end, change=("", "")):
        self.folder, self.path, self.end, self.change = pathlib.Path(folder), path, end, change
        self.before, self.count = {}, 0

    def make(self):
        """Edits the file."""
        self.count += 1
        file = self.folder / self.path.format(self.count)
        before = self.before.setdefault(file, file.read_text())
        old, new = self.change
        text = before.replace(old, new.format(self.count), 1) if old else before
        file.write_text(text + self.end.format(self.count))


def written(told):
    """The seconds of a command that went into artifacts."""
    return next(records(told, "Timings"))["write"]


def manifest(folder):
    """How many nodes a manifest has, and its sum."""
    count, digest = measure([sys.executable, "-c", MANIFEST, "target/manifest.json"], folder).told.split()
    return int(count), digest


def statuses(folder):
    """How each node ended."""
    results = json.loads((folder / "target/run_results.json").read_text())["results"]
    return sorted((result["unique_id"], result["status"], result["failures"]) for result in results)

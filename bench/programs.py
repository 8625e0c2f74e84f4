"""The programs that are measured: found where they are given, else made."""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent
DBT = ["dbt-core==1.11.*", "dbt-duckdb", "duckdb==1.5.5"]
SQLMESH = ["sqlmesh[dbt]", "dbt-core==1.11.*", "dbt-duckdb", "duckdb==1.5.5"]


class Programs:
    """Where the programs are."""

    def __init__(self, arguments):
        folder = arguments.folder
        if not (arguments.model and arguments.yardstick):
            built = ["cargo", "build", "--release", "--bins", "--examples"]
            subprocess.run(built, check=True, cwd=ROOT)
        self.model = program(arguments.model or ROOT / "target/release/model")
        self.yardstick = program(arguments.yardstick or ROOT / "target/release/examples/yardstick")
        self.python = arguments.python or environment(folder / "dbt", DBT)
        self.dbt = program(pathlib.Path(self.python).with_name("dbt"))
        python = environment(folder / "sqlmesh", SQLMESH) if not arguments.sqlmesh else None
        self.sqlmesh = program(arguments.sqlmesh or python.with_name("sqlmesh"))

    def versions(self):
        """Name and version of each."""
        ask = "import importlib.metadata as m; print(*(m.version(p) for p in ['dbt-core', 'dbt-duckdb', 'duckdb']))"
        dbt, adapter, duckdb = told([self.python, "-c", ask]).split()
        ours = told([self.model, "--version"]).split()[-1]
        mesh = told([self.sqlmesh, "--version"]).splitlines()[-1].strip()
        return {"model": ours, "dbt-core": dbt, "dbt-duckdb": adapter, "DuckDB": duckdb, "SQLMesh": mesh}


def program(path):
    """The absolute path of a program that is there."""
    found = shutil.which(path)
    return pathlib.Path(found).absolute() if found else sys.exit(f"there is no `{path}`")


def environment(folder, packages):
    """The interpreter of a virtual environment with these packages."""
    python = folder.absolute() / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def told(command):
    """What a program answers."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

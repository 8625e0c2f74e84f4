#!/usr/bin/env python3
"""List dbt's built-in macros with their parameters: tests/golden/macro_signatures.txt.

Projects call these macros by name and pass arguments by keyword, so ours have
the same names and parameters; tests/cli/macros.rs compares. Run it with the
Python of an environment that has dbt-core, dbt-duckdb, dbt-postgres and dbt-redshift:

    dbt/bin/python scripts/record_signatures.py
"""
import pathlib
import re

import dbt.include.duckdb
import dbt.include.global_project
import dbt.include.postgres
import dbt.include.redshift

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGES = {
    "dbt": dbt.include.global_project,
    "dbt_duckdb": dbt.include.duckdb,
    "dbt_postgres": dbt.include.postgres,
    "dbt_redshift": dbt.include.redshift,
}
BLOCK = re.compile(r"{%-?\s*(macro|test)\s+(\w+)\s*\((.*?)\)\s*-?%}", re.DOTALL)
PARAMETER = re.compile(r"(\w+)\s*(?:=\s*(?:[^,\[{(]|\[[^\]]*\]|{[^}]*}|\([^)]*\))*)?(?:,|$)")

lines = []
for package, module in PACKAGES.items():
    for path in pathlib.Path(module.__file__).parent.rglob("*.sql"):
        text = re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL)
        for kind, name, parameters in BLOCK.findall(text):
            name = f"test_{name}" if kind == "test" else name
            lines.append(f"{package}.{name}({', '.join(PARAMETER.findall(parameters))})")
(ROOT / "tests" / "golden" / "macro_signatures.txt").write_text("\n".join(sorted(lines)) + "\n")

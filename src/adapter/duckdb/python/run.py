"""Runs a model in Python on copies of what it reads.

Usage: run.py JOB. The job is a JSON file: `code` is the compiled model, `main` the
database file that holds its inputs and takes its table, `others` more of them by name,
`path` the schemas in which names without a schema are sought. Exits with 3 where the
package `duckdb` is missing.
"""

import importlib.util
import json
import sys
import traceback

try:
    import duckdb
except ImportError:
    sys.exit(3)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def run(job):
    connection = duckdb.connect(job["main"])
    for name, file in job["others"].items():
        connection.execute(f"attach {literal(file)} as {quoted(name)}")
    path = ",".join(quoted(schema) for schema in job["path"])
    connection.execute(f"set search_path = {literal(path)}")
    spec = importlib.util.spec_from_file_location("model", job["code"])
    model = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(model)
    dbt = model.dbtObj(lambda relation: connection.query(f"select * from {relation}"))
    frame = model.model(dbt, connection)
    model.materialize(frame, connection)
    connection.close()


with open(sys.argv[1], encoding="utf-8") as file:
    job = json.load(file)
try:
    run(job)
except Exception as error:
    # The frames of this file say nothing about the model.
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    sys.stderr.write("".join(traceback.format_exception(type(error), error, frames)))
    sys.exit(1)

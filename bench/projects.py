#!/usr/bin/env python3
"""Projects to measure: one shape for each thing that a large project may have much of.

    bench/projects.py FOLDER [--shape plain] [--models 1000] [--rows 100] [--threads 1]

The same arguments always give the same bytes. Every project can be built: ten seeds, a
view on one of them for each fifth model, layers of joins above, and a quarter marts.

    plain   12 layers, two models in three tested, short property files
    macros  a macro for each five models; each model calls twelve, which call others (of whole
            numbers: SQLMesh adds constants up, and floating point then gives other digits)
    yaml    forty described columns with meta for each model
    tests   five to eight tests for each model
    wide    two layers: what stands above reads ten models, nothing waits for long
"""
import argparse
import pathlib
import random

SHAPES = ["plain", "macros", "yaml", "tests", "wide"]
SEEDS = 10
# So many seeds have the rows that are asked for, the others a hundred at most.
LONG = 2
STATUSES = ["open", "paid", "sent", "back"]
# So many models have one folder and one property file.
PART = 100

PROJECT = """\
name: bench
version: "1.0"
config-version: 2
profile: bench
vars: {since: "2024-01-01"}
models:
  # For SQLMesh.
  +start: "2024-01-01"
  bench:
    base: {+materialized: view, +tags: [base]}
    middle: {+materialized: view}
    facts: {+materialized: table, +tags: [facts]}
"""
PROFILE = """\
bench:
  target: dev
  outputs:
    dev: {{type: duckdb, path: bench.duckdb, threads: {threads}}}
"""
# What SQLMesh needs beside a project of dbt's.
SQLMESH = """\
import pathlib
from sqlmesh.dbt.loader import sqlmesh_config
config = sqlmesh_config(pathlib.Path(__file__).parent)
"""
MACROS = """\
{% macro dollars(column, digits=2) -%}
  {{ return(adapter.dispatch('dollars', 'bench')(column, digits)) }}
{%- endmacro %}

{% macro default__dollars(column, digits) -%}
  round({{ column }} / 100.0, {{ digits }})
{%- endmacro %}

{% macro sums(columns) -%}
  {%- set found = [] -%}
  {%- for column in columns -%}
    {%- do found.append('coalesce(' ~ column ~ ', 0) as total_' ~ column) -%}
  {%- endfor -%}
  {{ return(found | join(', ')) }}
{%- endmacro %}
"""
OWN_MACRO = """\
{{% macro own_{number}(column) -%}}
  {{%- set parts = [] -%}}
  {{%- for at in range(4) -%}}{{%- do parts.append(at | string) -%}}{{%- endfor -%}}
  ({{{{ {deeper} }}}} + {{{{ parts | join(' + ') }}}})
{{%- endmacro %}}
"""
TESTS = """\
{% test is_small(model) %}
select * from {{ model }} where amount > 1000000
{% endtest %}

{% test has_rows(model) %}
select count(*) from {{ model }} having count(*) = 0
{% endtest %}
"""
BASE = """\
with payments as (
    select * from {{{{ ref('raw_{seed}') }}}}
),

cleaned as (
    select
        id,
        parent,
        {{{{ dollars('cents') }}}} as amount,
        status,
        cast(day as date) as day{more}
    from payments
    where day >= '{{{{ var("since") }}}}'
)

select * from cleaned
"""
MIDDLE = """\
{config}{{% set statuses = ['open', 'paid', 'sent'] %}}

with a as (select * from {{{{ ref('{left}') }}}}),
b as (select id as b_id, amount as b_amount from {{{{ ref('{right}') }}}})

select
    a.id,
    a.parent,
    a.amount,
    a.status,
    a.day
    {{% for status in statuses -%}}
    , case when a.status = '{{{{ status }}}}' then b.b_amount end as {{{{ status }}}}_amount
    {{% endfor %}}{more}
from a
left join b on a.parent = b.b_id
"""
FACT = """\
{config}select
    id,
    parent,
    status,
    day,
    amount,
    {{{{ sums(['amount', 'parent']) }}}}{more}
from {{{{ ref('{below}') }}}}
{filter}"""
INCREMENTAL = """\
{% if is_incremental() %}
where day >= (select max(day) from {{ this }})
{% endif %}
"""
WIDE = """\
select a.id, a.parent, a.status, a.day, a.amount + {sum} as amount
from {{{{ ref('{left}') }}}} as a
{joins}"""


class Project:
    """A project that is being written."""

    def __init__(self, folder, shape, models, rows):
        self.folder, self.shape, self.models, self.rows = pathlib.Path(folder), shape, models, rows
        self.chance = random.Random(f"{shape} {models}")
        self.about = {}

    def put(self, path, text):
        """Writes one file."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def write(self, threads):
        """Writes all of it."""
        self.put("dbt_project.yml", PROJECT)
        self.put("profiles.yml", PROFILE.format(threads=threads))
        self.put("config.py", SQLMESH)
        self.put("macros/shared.sql", MACROS)
        if self.shape == "tests":
            self.put("macros/tests.sql", TESTS)
        for number in range(self.macro_count()):
            deeper = f"own_{number - 1}(column)" if number % 5 else "column"
            self.put(f"macros/own_{number}.sql", OWN_MACRO.format(number=number, deeper=deeper))
        for number in range(SEEDS):
            self.put(f"seeds/raw_{number}.csv", self.seed(self.rows if number < LONG else min(self.rows, 100)))
        base = [self.base(number) for number in range(max(SEEDS, self.models // 5))]
        marts = max(1, self.models // 4)
        middle = max(0, self.models - len(base) - marts)
        if self.shape == "wide":
            for number in range(middle + marts):
                self.wide(number, base)
        else:
            layers = [base, *self.middle(middle)]
            below = [name for layer in layers[-3:] for name in layer]
            for number in range(marts):
                self.fact(number, below)
        for folder, entries in self.about.items():
            self.put(f"{folder}/about.yml", "models:\n" + "".join(entries))

    def macro_count(self):
        return max(20, self.models // 5) if self.shape == "macros" else 0

    def seed(self, rows):
        """Rows of payments."""
        lines = ["id,parent,cents,status,day"]
        for row in range(rows):
            day = f"2024-{1 + row % 12:02}-{1 + row % 28:02}"
            lines.append(f"{row},{self.chance.randrange(rows)},{self.chance.randrange(1, 99999)},"
                         f"{self.chance.choice(STATUSES)},{day}")
        return "\n".join(lines) + "\n"

    def base(self, number):
        """A view on a seed."""
        text = BASE.format(seed=number % SEEDS, more=self.calls("parent"))
        return self.model("base", f"base_{number}", number, text, True)

    def middle(self, count, depth=12):
        """Layers of joins, each over what is below."""
        layers, number = [[f"base_{at}" for at in range(max(SEEDS, self.models // 5))]], 0
        for depth_now in range(depth):
            layer = []
            for _ in range(count // depth + (depth_now < count % depth)):
                left, right = self.chance.choice(layers[-1]), self.chance.choice(self.chance.choice(layers))
                kind = ", materialized='table'" if depth_now % 3 == 2 else ""
                config = f"{{{{ config(tags=['layer_{depth_now}']{kind}) }}}}\n"
                text = MIDDLE.format(config=config, left=left, right=right, more=self.calls("a.parent"))
                layer.append(self.model("middle", f"middle_{number}", number, text, number % 3 == 0))
                number += 1
            if layer:
                layers.append(layer)
        return layers[1:]

    def fact(self, number, below):
        """A table on top, some of them incremental."""
        is_incremental = number % 5 == 1
        config = "{{ config(materialized='incremental', unique_key='id') }}\n" if is_incremental else ""
        text = FACT.format(config=config, below=self.chance.choice(below), more=self.calls("parent"),
                           filter=INCREMENTAL if is_incremental else "")
        self.model("facts", f"fact_{number}", number, text, True)

    def wide(self, number, below):
        """A table over ten others."""
        left, *right = (self.chance.choice(below) for _ in range(10))
        joins = "".join(f"left join {{{{ ref('{other}') }}}} as b{at} on a.parent = b{at}.id\n"
                        for at, other in enumerate(right))
        total = " + ".join(f"coalesce(b{at}.amount, 0)" for at in range(len(right)))
        self.model("facts", f"fact_{number}", number, WIDE.format(sum=total, left=left, joins=joins), True)

    def calls(self, column):
        """More columns, made by macros."""
        if self.shape != "macros":
            return ""
        numbers = (self.chance.randrange(self.macro_count()) for _ in range(12))
        return "".join(f",\n        {{{{ own_{number}('{column}') }}}} as c{at}" for at, number in enumerate(numbers))

    def model(self, kind, name, number, text, is_tested):
        """Writes a model and what is said about it."""
        folder = f"models/{kind}/part_{number // PART}"
        self.put(f"{folder}/{name}.sql", text)
        self.about.setdefault(folder, []).append(self.entry(name, is_tested))
        return name

    def entry(self, name, is_tested):
        """What a property file says of a model."""
        values = f"{{arguments: {{values: [{', '.join(STATUSES)}]}}}}"
        lines = [f"  - name: {name}", f"    description: Payments, as {name} sees them.",
                 "    config: {meta: {owner: ledger, tier: 2}}", "    columns:",
                 "      - name: id", "        description: One payment."]
        lines += ["        data_tests: [not_null, unique]"] if is_tested else []
        lines += ["      - name: status", "        description: How far it is."]
        lines += ["        data_tests:", f"          - accepted_values: {values}"] if is_tested else []
        if self.shape == "tests":
            lines += [f"      - {{name: {column}, data_tests: [not_null]}}" for column in ("parent", "amount", "day")]
        if self.shape == "yaml":
            for column in range(40):
                lines += [f"      - name: c{column}",
                          f"        description: Column {column}, as it came from the till.",
                          "        config: {meta: {owner: ledger, since: 2021}}"]
        lines += ["    data_tests: [is_small, has_rows]"] if self.shape == "tests" else []
        return "\n".join(lines) + "\n"


def write_project(folder, shape="plain", models=1000, rows=100, threads=1):
    """Writes a project of a shape into a folder."""
    Project(folder, shape, models, rows).write(threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--shape", choices=SHAPES, default="plain")
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    write_project(arguments.folder, arguments.shape, arguments.models, arguments.rows, arguments.threads)


if __name__ == "__main__":
    main()

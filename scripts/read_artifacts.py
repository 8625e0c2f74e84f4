#!/usr/bin/env python3
"""Reads the artifacts of a project with the programs that read dbt's.

Usage: read_artifacts.py TARGET_FOLDER PROJECT_FOLDER

Needs the packages dbt-artifacts-parser, dagster-dbt and astronomer-cosmos. Every
artifact is read by each that knows it, and what they have found in the manifest is
held against what is in it. Exits with 1 where one of them refuses.
"""

import json
import sys
from pathlib import Path


def parser(target: Path, _project: Path) -> str:
    """dbt-artifacts-parser: models of every artifact, made from dbt's JSON schemas."""
    from dbt_artifacts_parser import parser

    readers = {
        "manifest": parser.parse_manifest,
        "run_results": parser.parse_run_results,
        "catalog": parser.parse_catalog,
        "sources": parser.parse_sources,
    }
    read = []
    for name, reader in readers.items():
        artifact = json.loads((target / f"{name}.json").read_text())
        read.append(type(reader(artifact)).__name__)
    return ", ".join(read)


def dagster(target: Path, _project: Path) -> str:
    """dagster-dbt: an asset for each model, seed and snapshot, a check for each test."""
    from dagster_dbt import DbtCliResource, dbt_assets

    @dbt_assets(manifest=target / "manifest.json")
    def assets(context, dbt: DbtCliResource):
        yield from dbt.cli(["build"], context=context).stream()

    expected = len(nodes(target, {"model", "seed", "snapshot"}))
    found = len(list(assets.keys))
    expect(found == expected, f"{found} assets instead of {expected}")
    return f"{found} assets, {len(list(assets.check_keys))} checks"


def cosmos(target: Path, project: Path) -> str:
    """astronomer-cosmos: the nodes of which it makes tasks."""
    from cosmos.config import ExecutionConfig, ProjectConfig, RenderConfig
    from cosmos.constants import LoadMode
    from cosmos.dbt.graph import DbtGraph

    graph = DbtGraph(
        project=ProjectConfig(manifest_path=target / "manifest.json", project_name=project.name),
        render_config=RenderConfig(load_method=LoadMode.DBT_MANIFEST),
        execution_config=ExecutionConfig(dbt_project_path=project),
    )
    graph.load_from_dbt_manifest()
    missing = nodes(target, {"model", "seed", "snapshot", "test"}) - set(graph.nodes)
    expect(not missing, f"does not see {sorted(missing)}")
    return f"{len(graph.nodes)} nodes"


def nodes(target: Path, kinds: set) -> set:
    """The unique ids of the manifest's nodes of these kinds that stand in the warehouse."""
    manifest = json.loads((target / "manifest.json").read_text())

    def counts(node: dict) -> bool:
        return node["resource_type"] in kinds and node["config"]["materialized"] != "ephemeral"

    return {key for key, node in manifest["nodes"].items() if counts(node)}


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def main(arguments: list) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    target, project = (Path(argument).resolve() for argument in arguments)
    failed = False
    for reader in (parser, dagster, cosmos):
        try:
            print(f"{reader.__name__}: {reader(target, project)}")
        except Exception as error:  # whatever a reader has to say
            failed = True
            print(f"{reader.__name__}: {type(error).__name__}: {str(error)[:2000]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Holds artifacts against dbt's JSON schemas.

Usage: validate_artifacts.py ARTIFACT=SCHEMA [ARTIFACT=SCHEMA ...]

Prints every violation with its place and exits with 1 if there is one.
Needs the package `jsonschema`.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

SHOWN = 20  # violations of one artifact


def violations(artifact: Path, schema: Path) -> list[str]:
    """What is wrong with an artifact, in the order of the file."""
    validator = Draft202012Validator(json.loads(schema.read_text()))
    errors = validator.iter_errors(json.loads(artifact.read_text()))
    return [f"{error.json_path}: {deepest(error).message[:300]}" for error in errors]


def deepest(error):
    """The violation that matters below `anyOf`: the one that got furthest."""
    while error.context:
        error = max(error.context, key=lambda below: len(below.absolute_path))
    return error


def main(arguments: list[str]) -> int:
    pairs = [argument.split("=", 1) for argument in arguments]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        print(__doc__, file=sys.stderr)
        return 2
    failed = False
    for artifact, schema in pairs:
        found = violations(Path(artifact), Path(schema))
        failed = failed or bool(found)
        print(f"{artifact}: {f'{len(found)} violations' if found else 'valid'}")
        for violation in found[:SHOWN]:
            print(f"  {violation}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

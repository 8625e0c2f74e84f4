"""Runs the program and gathers what came of it."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from .events import Event, Fields, parse

LEVELS = ["debug", "info", "warn", "error", "none"]
FORMATS = ["default", "text", "json", "debug"]

# Flags that nothing turns off: they are only given where they hold.
_ONE_WAY = {"full_refresh", "store_failures", "show", "lock", "upgrade", "config_dir", "connection", "skip_profile_setup"}


class ModelError(Exception):
    """The command could not be carried out."""


@dataclass
class NodeResult:
    """How a node ended."""

    node: Fields
    unique_id: str
    status: str
    message: Optional[str] = None
    execution_time: float = 0.0
    failures: Optional[int] = None
    thread_id: str = ""
    adapter_response: Dict[str, Any] = field(default_factory=dict)
    timing: List[Fields] = field(default_factory=list)


@dataclass
class RunResults:
    """How all nodes ended, in the order of their ends."""

    results: List[NodeResult] = field(default_factory=list)

    def __iter__(self) -> Iterator[NodeResult]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)


@dataclass
class dbtRunnerResult:  # noqa: N801, dbt's name
    """What came of a command."""

    success: bool
    exception: Optional[BaseException] = None
    result: Any = None


class dbtRunner:  # noqa: N801, dbt's name
    """Carries out commands. `callbacks` take each event as it happens."""

    def __init__(self, manifest: Any = None, callbacks: Optional[List[Callable[[Event], None]]] = None) -> None:
        # The program reads a project in little time: there is nothing to keep.
        del manifest
        self.callbacks = list(callbacks or [])

    def invoke(self, args: Sequence[str], **kwargs: Any) -> dbtRunnerResult:
        """Runs a command line, without the program's name; `kwargs` are further flags of it."""
        try:
            program = find_program()
            arguments, options = _without_log_options([str(word) for word in args] + flags(kwargs))
            run = _Run(options, self.callbacks)
            code = run.execute(program, arguments)
        except BaseException as error:  # noqa: BLE001, dbt hands on all of them, those of callbacks too
            return dbtRunnerResult(success=False, exception=error)
        if code in (0, 1):
            return dbtRunnerResult(success=code == 0, result=run.result(arguments))
        reason = "\n".join(run.errors) or f"the program ended with code {code}"
        return dbtRunnerResult(success=False, exception=ModelError(reason))


def find_program() -> str:
    """The program: the one that `MODEL_BINARY` names, or the one on the `PATH`."""
    program = os.environ.get("MODEL_BINARY") or shutil.which("model")
    if not program:
        raise ModelError("there is no program `model` on the PATH, and MODEL_BINARY names none")
    return program


def flags(values: Dict[str, Any]) -> List[str]:
    """Flags from arguments by name: `full_refresh=True` is `--full-refresh`."""
    words: List[str] = []
    for name, value in values.items():
        flag = "--" + name.replace("_", "-")
        if value is None:
            continue
        if value is True:
            words.append(flag)
        elif value is False:
            words += [] if name in _ONE_WAY else [flag.replace("--", "--no-", 1)]
        elif isinstance(value, (list, tuple)):
            words += [flag, *(str(item) for item in value)] if value else []
        elif isinstance(value, dict):
            words += [flag, json.dumps(value)]
        else:
            words += [flag, str(value)]
    return words


@dataclass
class _LogOptions:
    """What is to be printed."""

    level: str = "info"
    is_json: bool = False


def _without_log_options(words: List[str]) -> Tuple[List[str], _LogOptions]:
    """Flags about what is printed are followed here: callbacks hear everything."""
    options, kept = _LogOptions(), []
    rest = iter(words)
    for word in rest:
        name, _, given = word.partition("=")
        if word in ("-q", "--quiet"):
            options.level = "error"
        elif word == "--no-quiet":
            continue
        elif word in ("-d", "--debug"):
            options.level = "debug"
        elif name in ("--log-level", "--log-format"):
            value = given or next(rest, "")
            known = LEVELS if name == "--log-level" else FORMATS
            if value not in known:
                raise ModelError(f"{name} is none of {', '.join(known)}: {value!r}")
            if name == "--log-level":
                options.level = value
            else:
                options.is_json = value == "json"
        else:
            kept.append(word)
    return kept, options


class _Run:
    """One command at work."""

    def __init__(self, options: _LogOptions, callbacks: List[Callable[[Event], None]]) -> None:
        self.options, self.callbacks = options, callbacks
        self.ended: Dict[str, NodeResult] = {}
        self.answers: List[str] = []
        self.errors: List[str] = []
        self.invocation_id: Optional[str] = None

    def execute(self, program: str, arguments: List[str]) -> int:
        # Under the name dbt everything is told as JSON, also what a command answers.
        command = ["dbt", *arguments, "--no-quiet", "--log-format", "json", "--log-level", "debug"]
        pipes = {"stdout": subprocess.PIPE, "stdin": subprocess.DEVNULL, "text": True, "encoding": "utf-8"}
        with subprocess.Popen(command, executable=program, stderr=subprocess.STDOUT, **pipes) as process:
            try:
                for line in process.stdout or []:
                    self.take(line.rstrip("\n"))
            except Exception:
                # A callback failed: nobody listens any more. An interrupt the program hears by itself.
                process.terminate()
                raise
        return process.returncode

    def take(self, line: str) -> None:
        event = parse(line)
        if event is None:
            self.errors.append(line)
            print(line, file=sys.stderr)
            return
        self.invocation_id = event.info.invocation_id
        if event.info.level == "error":
            self.errors.append(event.info.msg)
        if event.info.name == "PrintEvent":
            self.answers.append(event.data.msg)
        self.keep_result(event)
        self.echo(line, event)
        for callback in self.callbacks:
            callback(event)

    def keep_result(self, event: Event) -> None:
        node = event.data.node_info
        if event.info.name in ("NodeFinished", "LogHookEndLine"):
            run = event.data.run_result or Fields({})
            self.ended[node.unique_id] = NodeResult(
                node=_node(node),
                unique_id=node.unique_id,
                status=run.status or event.data.status,
                message=run.message,
                execution_time=run.execution_time or event.data.execution_time or 0.0,
                failures=run.num_failures,
                thread_id=run.thread or event.info.thread,
                adapter_response=run.adapter_response.to_dict() if run.adapter_response else {},
                timing=run.timing_info or [],
            )
        elif event.info.name == "SkippingDetails":
            self.ended[node.unique_id] = NodeResult(_node(node), node.unique_id, "skipped")

    def echo(self, line: str, event: Event) -> None:
        is_answer = event.info.name == "PrintEvent"
        if not is_answer and LEVELS.index(event.info.level) < LEVELS.index(self.options.level):
            return
        if self.options.is_json:
            print(line)
        elif is_answer:
            print(event.data.msg)
        else:
            print(f"{(event.info.ts or '')[11:19]}  {event.info.msg}")

    def result(self, arguments: List[str]) -> Any:
        """What dbt's runner gives for the command."""
        words = [word for word in arguments if not word.startswith("-")]
        command = next((word for word in words if word in _COMMANDS), "")
        if command in ("list", "ls"):
            return self.answers
        manifest = self.manifest(arguments)
        if command == "parse":
            return manifest
        if command in ("deps", "clean", "init", "debug"):
            return None
        if manifest is not None:
            nodes = manifest.to_dict()
            for ended in self.ended.values():
                kinds = (nodes.get(kind, {}) for kind in ("nodes", "sources", "unit_tests", "exposures"))
                found = next((kind[ended.unique_id] for kind in kinds if ended.unique_id in kind), None)
                ended.node = Fields(found) if found else ended.node
        return RunResults(list(self.ended.values()))

    def manifest(self, arguments: List[str]) -> Optional[Fields]:
        """The manifest that this command has written, where it can be found."""
        project = _project_folder(arguments)
        target = _value(arguments, "--target-path") or _variable("TARGET_PATH") or _target_path(project)
        path = project / target / "manifest.json"
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        is_own = manifest.get("metadata", {}).get("invocation_id") == self.invocation_id
        return Fields(manifest) if is_own else None


_COMMANDS = {
    *("build", "run", "test", "seed", "snapshot", "compile", "show", "list", "ls", "parse", "source", "docs"),
    *("run-operation", "retry", "clone", "deps", "init", "debug", "clean"),
}


def _value(arguments: List[str], flag: str) -> Optional[str]:
    for at, word in enumerate(arguments):
        if word.startswith(flag + "="):
            return word.partition("=")[2]
        if word == flag and at + 1 < len(arguments):
            return arguments[at + 1]
    return None


def _variable(name: str) -> Optional[str]:
    return os.environ.get(f"DBT_ENGINE_{name}") or os.environ.get(f"DBT_{name}")


_PROJECT_FILES = ("project.yml", "dbt_project.yml")


def _project_folder(arguments: List[str]) -> Path:
    """The folder that is named, or the nearest one upwards with a project file."""
    named = _value(arguments, "--project-dir") or _variable("PROJECT_DIR")
    if named:
        return Path(named)
    here = Path.cwd()
    has_project = (each for each in (here, *here.parents) if any((each / name).is_file() for name in _PROJECT_FILES))
    return next(has_project, here)


def _target_path(project: Path) -> str:
    """What the project file says in a line of its own: nothing else is read of it."""
    for name in _PROJECT_FILES:
        try:
            text = (project / name).read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        found = re.search(r"""^target-path:[ \t]*["']?([^"'#\n{]+?)["']?[ \t]*(?:#.*)?$""", text, re.MULTILINE)
        return found.group(1) if found else "target"
    return "target"


def _node(info: Fields) -> Fields:
    """What an event tells of a node, under the manifest's names."""
    relation = info.node_relation or Fields({})
    return Fields(
        {
            "unique_id": info.unique_id,
            "name": info.node_name,
            "resource_type": info.resource_type,
            "path": info.node_path,
            "alias": relation.alias,
            "schema": relation.schema,
            "database": relation.database,
        }
    )

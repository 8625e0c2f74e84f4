"""What the benchmarks need: a run's time, memory and output, runs in turn, and the statements of a run."""
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing


class Taken(typing.NamedTuple):
    """What a run took and told."""
    seconds: float
    mib: float
    told: str
    cpu: float


def measure(command, folder, text=None):
    """Seconds, peak memory (MiB) and output of one run, which must succeed, and its processors' time."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output:
        given.write((text or "").encode())
        given.seek(0)
        before = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=given, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        told = output.read().decode()
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{told[-3000:]}")
    return Taken(seconds, usage.ru_maxrss / 1024, told, usage.ru_utime + usage.ru_stime)


def records(events, name=None):
    """The data of the records of `--log-format json`, of all or of those of one name."""
    for line in events.splitlines():
        record = json.loads(line) if line.startswith("{") else {"data": {}, "info": {"name": ""}}
        if name in (None, record["info"]["name"]):
            yield record["data"]


def statements(events):
    """The statements in a log of `--log-format json --debug`, node by node.

    Nodes run at the same time, and one connection has one transaction.
    """
    by_node = {}
    for data in records(events):
        if data.get("sql"):
            by_node.setdefault(data.get("conn_name"), []).append(data["sql"])
    return [statement for node in by_node.values() for statement in node]


@dataclasses.dataclass
class Run:
    """One of several that take turns."""
    name: str
    command: list
    folder: pathlib.Path
    # What is done before each round, untimed.
    prepare: typing.Callable[[], None] = lambda: None
    text: str = ""
    # In how many rounds it takes part; 0 is all.
    most: int = 0
    # What a run told as its time, where that is not all of it.
    clock: typing.Callable[[str], float] = None
    seconds: list = dataclasses.field(default_factory=list)
    cpu: list = dataclasses.field(default_factory=list)
    mib: float = 0


def in_turn(runs, rounds):
    """Has all take turns, so that what else the machine does falls on all of them."""
    for round_now in range(rounds):
        for run in runs:
            if run.most and round_now >= run.most:
                continue
            run.prepare()
            taken = measure(run.command, run.folder, run.text)
            run.seconds.append(run.clock(taken.told) if run.clock else taken.seconds)
            if not run.clock:
                run.cpu.append(taken.cpu)
                run.mib = max(run.mib, taken.mib)
            print(f"    {run.name}: {run.seconds[-1]:.3f} s", file=sys.stderr, flush=True)
    return {run.name: {"seconds": run.seconds, "cpu": run.cpu, "mib": run.mib} for run in runs}

"""What both benchmarks need: a run's time, memory and output, and the statements of a run."""
import json
import os
import subprocess
import sys
import tempfile
import time


def measure(command, folder, text=None):
    """Seconds, peak memory (MiB) and output of one run, which must succeed."""
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
    return seconds, usage.ru_maxrss / 1024, told


def statements(events):
    """The statements in a log of `--log-format json --debug`, node by node.

    Nodes run at the same time, and one connection has one transaction.
    """
    by_node = {}
    for line in events.splitlines():
        data = json.loads(line)["data"] if line.startswith("{") else {}
        if data.get("sql"):
            by_node.setdefault(data.get("conn_name"), []).append(data["sql"])
    return [statement for node in by_node.values() for statement in node]

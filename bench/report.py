"""results.json as a page: what is aimed at, all figures, growth."""
import math
import statistics

# What is aimed at: the work, its size, a run and what it is held against, the bound.
MANY = ("parse", "plain", 10000, None)
THOUSAND = ("build", "plain", 1000, 100)
TARGETS = [
    (MANY, "parse, nothing known", "read and hash the files", "at most", 8),
    (MANY, "dbt parse --no-partial-parse", "parse, nothing known", "at least", 60),
    (MANY, "parse, nothing changed", "stat the files", "at most", 3),
    (MANY, "list, nothing changed", "stat the files", "at most", 3),
    (MANY, "parse, one model edited", "parse, nothing known", "at most", 1 / 10),
    (MANY, "parse, one property file edited", "parse, nothing known", "at most", 1 / 10),
    (MANY, "parse, one macro edited", "parse, nothing known", "at most", 1 / 3),
    (MANY, "compile one model, nothing changed", "parse, nothing known", "at most", 1 / 8),
    (("write", "plain", 10000, None), "write manifest.json", "serialize the same bytes", "at most", 2),
    (THOUSAND, "model, 1 thread", "replay", "at most", 1.15),
    (THOUSAND, "model, 2 threads", "replay", "at most", 0.8),
    (THOUSAND, "dbt, 2 threads", "model, 2 threads", "at least", 20),
    (THOUSAND, "SQLMesh", "model, 2 threads", "at least", 10),
    (("build", "plain", 1000, 1000000), "model, 2 threads", "replay", "at most", 1.03),
]
# The run that the others of a work are held against.
BASES = {"start": "an empty program", "parse": "parse, nothing known", "write": "serialize the same bytes",
         "build": "replay"}
HEAD = """\
# Results

Written by `bench/run`; [README.md](README.md) says what it does. Times are medians of wall-clock
time over rounds in which all runs of a table take turns, so that a ratio is one of runs side by
side: other work on the machine falls on both. Tables may come from different runs, of
different days, versions and machines. Behind them stand the quickest and the slowest round,
the time of processors, and the peak of the process's memory, the database included (one that is
lower than that of the measuring program, about 17 MiB, is not seen).

`replay` sends the statements that `model` tells of in its log over one connection, each test by
itself; `model` asks one query of several tests, but for the line that says otherwise.

Of each build the tables were compared row for row, and the statuses of all nodes with those of dbt;
after each kind of edit `manifest.json` was compared with one that is made without a cache.
"""


def key(entry):
    """What an entry is about."""
    return entry["work"], entry["shape"], entry["models"], entry.get("rows")


def order(entry):
    """Where an entry stands: starting first, then parsing and building, plain projects first."""
    work, shape, models, rows = key(entry)
    return list(BASES).index(work), shape != "plain", shape, models, rows or 0


def page(results):
    """The whole page."""
    entries = sorted(results["entries"], key=order)
    about = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    machines = sorted({entry["machine"] for entry in entries})
    parts = [HEAD, f"{' / '.join(machines)}; {about}.\n", "![Growth](results.svg)\n", targets(entries), growth(entries)]
    parts += [table(entry, len(machines) > 1) for entry in entries]
    return "\n".join(parts)


def median(entry, name):
    """The usual time of a run; `None` where there is none."""
    run = entry["runs"].get(name)
    return statistics.median(run["seconds"]) if run else None


def targets(entries):
    """What is aimed at, and what was measured."""
    by_key = {key(entry): entry for entry in entries}
    lines = ["## Aims\n", "| | against | aim | measured | |", "|---|---|---|---|---|"]
    for wanted, name, other, word, bound in TARGETS:
        entry = by_key.get(wanted, {"runs": {}})
        time, base = median(entry, name), median(entry, other)
        work, shape, models, rows = wanted
        size = f"{models:,} models" + (f", {rows:,} rows in two seeds" if rows and rows > 100 else "")
        if time is None or base is None:
            measured, verdict = "not measured", ""
        else:
            ratio = time / base
            met = ratio <= bound if word == "at most" else ratio >= bound
            measured, verdict = f"{ratio:.2f}", "met" if met else "**not met**"
        aim = f"{word} {bound:.3g}"
        lines.append(f"| {name}, {size} | {other} | {aim} | {measured} | {verdict} |")
    return "\n".join([*lines, *memory(by_key)]) + "\n"


def memory(by_key):
    """What is aimed at with memory."""
    entry = by_key.get(MANY, {"runs": {}})["runs"]
    ours, theirs = entry.get("parse, nothing known"), entry.get("dbt parse --no-partial-parse")
    if not (ours and theirs):
        return []
    ratio = ours["mib"] / theirs["mib"]
    return [f"| memory of parse, {MANY[2]:,} models | dbt's | at most 0.25 | {ratio:.2f} "
            f"| {'met' if ratio <= 0.25 else '**not met**'} |"]


def exponents(entries, work):
    """How the time of each run grows with the number of models, plain projects: run, sizes, exponent."""
    points = {}
    for entry in entries:
        if entry["work"] == work and entry["shape"] == "plain" and entry.get("rows", 100) == 100:
            for name, run in entry["runs"].items():
                points.setdefault(name, []).append((entry["models"], median(entry, name), run["mib"]))
    for name, found in points.items():
        if len(found) > 1:
            times, peaks = ([(point[0], point[at]) for point in found] for at in (1, 2))
            yield name, found, slope(times), slope(peaks)


def slope(points):
    """The exponent of the power law that fits points best."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(max(y, 1e-9)) for _, y in points]
    middle_x, middle_y = statistics.fmean(xs), statistics.fmean(ys)
    return sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys)) / sum((x - middle_x) ** 2 for x in xs)


def growth(entries):
    """How times grow."""
    lines = ["## Growth\n", "Plain projects. Time and memory grow with the number of models to the power of:\n",
             "| | models | time | memory |", "|---|---|---|---|"]
    for work in ("parse", "build"):
        for name, points, time, mib in exponents(entries, work):
            sizes = f"{points[0][0]:,} to {points[-1][0]:,}"
            word = name if work == "parse" else f"build: {name}"
            peak = f"{mib:.2f}" if points[0][2] else ""
            lines.append(f"| {word} | {sizes} | {time:.2f} | {peak} |")
    return "\n".join(lines) + "\n"


def seconds(time):
    """A time for people."""
    return f"{1000 * time:.0f} ms" if time < 0.9995 else f"{time:.2f} s"


def table(entry, names_machine=False):
    """All runs of a work."""
    base = BASES[entry["work"]]
    against = median(entry, base)
    lines = [f"## {title(entry)}\n"]
    if names_machine:
        lines.append(f"{entry['machine']}.\n")
    lines += [f"| | median | rounds | quickest to slowest | processors | of {base} | peak |", "|---|---|---|---|---|---|---|"]
    for name, run in entry["runs"].items():
        usual, times = median(entry, name), run["seconds"]
        spread = f"{seconds(min(times))} to {seconds(max(times))}" if len(times) > 1 else ""
        whole = ["", f"{usual / against:.2f}", ""]
        if run["cpu"]:
            whole = [seconds(statistics.median(run["cpu"])), f"{usual / against:.2f}", f"{run['mib']:.0f} MiB"]
        lines.append(f"| {' | '.join([name, seconds(usual), str(len(times)), spread, *whole])} |")
    return "\n".join(lines) + "\n"


def title(entry):
    """What a work is, in a line."""
    if entry["work"] == "start":
        return "Starting"
    what = f"{entry['models']:,} models, {entry['shape']}"
    if entry["work"] == "write":
        return f"Write: {what}"
    if entry["work"] == "parse":
        return f"Parse: {what} ({entry['nodes']:,} nodes)"
    rows = f", {entry['rows']:,} rows in two seeds" if entry["rows"] > 100 else ""
    return (f"Build: {what}{rows} ({entry['relations']:,} relations, {entry['results']:,} results, "
            f"{entry['statements']:,} statements)")

"""How times grow with projects, as an SVG: both axes by powers of ten."""
import html
import math

from report import exponents

WIDTH, HEIGHT, GAP, LEFT, TOP, LEGEND = 420, 300, 40, 60, 40, 18
COLORS = ["#1b6ca8", "#3aa17e", "#c8553d", "#8e5ea2", "#b08900", "#5f6b76"]
PANELS = [
    ("parse", "Reading a project", [
        "parse, nothing known", "parse, nothing changed", "parse, one model edited", "dbt parse --no-partial-parse",
        "read and hash the files", "stat the files"]),
    ("build", "Building it", [
        "model, 1 thread", "model, 2 threads", "replay", "dbt, 2 threads", "SQLMesh"]),
]


def svg(entries):
    """The chart."""
    parts = []
    for at, (work, title, names) in enumerate(PANELS):
        lines = {name: (points, time) for name, points, time, _ in exponents(entries, work) if name in names}
        if lines:
            place = f"translate({LEFT + at * (WIDTH + GAP + LEFT)} {TOP})"
            parts.append(f'<g transform="{place}">{panel(title, lines)}</g>')
    width = 2 * (WIDTH + LEFT + GAP)
    height = TOP + HEIGHT + 40 + LEGEND * (max(len(names) for _, _, names in PANELS) + 1)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'font-family="sans-serif" font-size="12">'
            f'<rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n')


def panel(title, lines):
    """One of the two halves."""
    sizes = [size for points, _ in lines.values() for size, _, _ in points]
    times = [time for points, _ in lines.values() for _, time, _ in points]
    across = Axis(sizes, WIDTH, False)
    up = Axis(times, HEIGHT, True)
    parts = [f'<text y="-15" font-size="15">{title}</text>']
    for power in across.powers():
        x = across.place(10 ** power)
        parts.append(f'<path d="M{x:.1f} 0V{HEIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT + 16}" text-anchor="middle">{10 ** power:,}</text>')
    for power in up.powers():
        y = up.place(10 ** power)
        label = f"{10 ** power:g} s" if power >= 0 else f"{10 ** (power + 3):g} ms"
        parts.append(f'<path d="M0 {y:.1f}H{WIDTH}" stroke="#ddd"/>')
        parts.append(f'<text x="-6" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT + 32}" text-anchor="middle">models</text>')
    for at, (name, (points, exponent)) in enumerate(lines.items()):
        color = COLORS[at % len(COLORS)]
        places = [(across.place(size), up.place(time)) for size, time, _ in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        y = HEIGHT + 50 + at * LEGEND
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in places]
        parts.append(f'<path d="M0 {y - 4}h20" stroke="{color}" stroke-width="2"/>'
                     f'<text x="26" y="{y}">{html.escape(name)}: models to the power of {exponent:.2f}</text>')
    return "".join(parts)


class Axis:
    """A scale by powers of ten."""

    def __init__(self, values, length, from_below):
        self.low, self.high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        self.length, self.from_below = length, from_below

    def powers(self):
        """Where the lines are."""
        return range(self.low, self.high + 1)

    def place(self, value):
        """Where a value is."""
        share = (math.log10(value) - self.low) / max(1, self.high - self.low)
        return self.length * (1 - share if self.from_below else share)

#!/usr/bin/env python3
"""Draw what a terminal shows, read from stdin with its colours, as an SVG on stdout.

    model build --use-colors 2>&1 | scripts/picture.py 'model build' > docs/run.svg

Lines in the middle of a long output are left out; the picture says how many.
"""
import html
import re
import sys

HEAD, TAIL = 12, 14
COLORS = {"31": "#e06c75", "32": "#98c379", "33": "#e5c07b"}
CODE = re.compile(r"\x1b\[([0-9;]*)m")


def spans(line):
    """The line as SVG text spans, one for each colour."""
    out, style, at = [], {}, 0
    for code in CODE.finditer(line):
        out.append(span(line[at:code.start()], style))
        at = code.end()
        for number in code.group(1).split(";"):
            if number in ("", "0"):
                style = {}
            elif number in COLORS:
                style = {**style, "fill": COLORS[number]}
            elif number == "1":
                style = {**style, "font-weight": "bold"}
            elif number == "2":
                style = {**style, "fill": "#7f848e"}
    return "".join(out) + span(line[at:], style)


def span(text, style):
    attributes = "".join(f' {name}="{value}"' for name, value in style.items())
    return f"<tspan{attributes}>{html.escape(text)}</tspan>" if text else ""


def main():
    lines = sys.stdin.read().rstrip().splitlines()
    if len(lines) > HEAD + TAIL + 1:
        left_out = f"\x1b[2m   … {len(lines) - HEAD - TAIL} more lines …\x1b[0m"
        lines = lines[:HEAD] + [left_out] + lines[-TAIL:]
    lines = [f"\x1b[1m$ {sys.argv[1]}\x1b[0m", ""] + lines
    width = max(len(CODE.sub("", line)) for line in lines) * 8.2 + 40
    height = len(lines) * 18 + 44
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" role="img">')
    print('<rect width="100%" height="100%" rx="8" fill="#21252b"/>')
    print('<g font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="13.5" fill="#d7dae0">')
    for number, line in enumerate(lines):
        print(f'<text x="20" y="{number * 18 + 34}" xml:space="preserve">{spans(line)}</text>')
    print("</g>\n</svg>")


if __name__ == "__main__":
    main()

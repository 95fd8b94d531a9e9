#!/usr/bin/env python3
"""Prints what race.py logged as a table in Markdown: a row a model, the last race of each figure.

    race_table.py 'llama-1b-*' --figures prefill,decode [--log log.jsonl] [--date 2026-11-23] [--depth N]

Of each figure swiftllm's and llama.cpp's, the ratio with its spread and, where the machine's limit was measured beside it,
the share of that which swiftllm reached and what the ratio would be at the whole of it.
"""
import argparse
import fnmatch
import json
import pathlib

from race import SPEED, UNITS


def last_rows(options):
    """Figures of each model that matches, by name, in the order in which models were last raced."""
    models = {}
    for line in pathlib.Path(options.log).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if fnmatch.fnmatch(row.get("model", ""), options.models) and row["date"] >= options.date \
                and row.get("depth", 0) == options.depth and "ratio" in row and "busy" not in row:
            models[row["model"]] = models.pop(row["model"], {}) | {row["figure"]: row}
    return models


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def cells(row, has_share):
    """One figure's cells; empty ones for a model of which it was not raced."""
    if row is None:
        return [""] * (5 if has_share else 3)
    unit = UNITS.get(row["figure"], SPEED)
    speeds = [number(row[f"{engine}_{unit.name}"] / unit.shown) for engine in ("swiftllm", "llama_cpp")]
    ratio = f"{row['ratio']:.2f} ({row['ratio_min']:.2f}–{row['ratio_max']:.2f})"
    if not has_share:
        return [*speeds, ratio]
    share = row.get("share")
    return [*speeds, ratio, *([f"{share:.0%}".replace("%", " %"), f"{row['ratio'] / share:.1f}"] if share else ["", ""])]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models")
    parser.add_argument("--figures", default="prefill,decode")
    parser.add_argument("--log", default=pathlib.Path(__file__).parent / "log.jsonl")
    parser.add_argument("--date", default="", help="the first day that counts")
    parser.add_argument("--depth", type=int, default=0)
    options = parser.parse_args()
    models = last_rows(options)
    figures = {figure: any("share" in rows.get(figure, {}) for rows in models.values())
               for figure in options.figures.split(",")}
    header = ["model"]
    for figure, has_share in figures.items():
        header += [f"{figure}, {UNITS.get(figure, SPEED).text}", "llama.cpp", "ratio"]
        header += ["share", "at the limit"] if has_share else []
    print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}")
    for model, rows in models.items():
        row = [model] + [cell for figure, has_share in figures.items() for cell in cells(rows.get(figure), has_share)]
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()

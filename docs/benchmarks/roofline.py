#!/usr/bin/env python3
"""Draws the roofline of KernelBench's figures: what each kernel reaches under the machine's limits.

    swift run -c release KernelBench --json --threads 2 > figures.jsonl
    roofline.py figures.jsonl --output roofline.svg          # needs matplotlib

Across: operations for each byte that comes from memory. Up: operations per second. The slope is what memory delivers,
the level lines are what registers compute. A kernel at its limit lies on the line above it.
"""
import argparse
import collections
import json

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams["svg.hashsalt"] = "roofline"  # the same file for the same figures
matplotlib.rcParams["svg.fonttype"] = "none"
from matplotlib import pyplot  # noqa: E402

ARITHMETIC = {"F32": "float32", "F16": "float32", "BF16": "bfloat16"}
COLORS = {"int8": "tab:blue", "bfloat16": "tab:green", "float32": "tab:red"}
MARKERS = {"decode": "o", "prefill": "s", "layers, decode": "D", "layers, prefill": "D",
           "attention, decode": "^", "attention, prefill": "^"}


def arithmetic(subject):
    """What is computed with: of a cache its type stands before the length of the heads."""
    return ARITHMETIC.get(subject.split(",")[0].upper(), "int8")


def read(path):
    """The machine's figures by (kernel, subject), and the kernels' as (kernel, arithmetic) -> points."""
    machine, kernels, about = {}, collections.defaultdict(list), {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            speed = row.get("gigaOperationsPerSecond") or row.get("gigabytesPerSecond")
            if row["kernel"] in ("read", "peak"):
                machine[row["kernel"], row["subject"]] = speed
                about = {"threads": row["threads"], "set": row["set"]}
            elif row["kernel"] in MARKERS:
                intensity = row["operationsPerByte"]
                if "gigabytesPerSecond" in row:
                    speed *= intensity
                kernels[row["kernel"], arithmetic(row["subject"])].append((intensity, speed, row["share"]))
    return machine, kernels, about


def draw(machine, kernels, about, output):
    figure, axes = pyplot.subplots(figsize=(9, 5.5), constrained_layout=True)
    bandwidth = machine["read", "memory"]
    for kind, color in COLORS.items():
        peak = machine.get(("peak", kind))
        if peak is None:
            continue
        ridge = peak / bandwidth
        axes.plot([0.3, ridge, 1e4], [0.3 * bandwidth, peak, peak], color=color, linewidth=1.2)
        axes.annotate(f"{kind}: {peak:.0f} GOPS", (9.5e3, peak * 1.05), ha="right", va="bottom", color=color)
    axes.annotate(f"memory: {bandwidth:.0f} GB/s", (0.95, 1.1 * bandwidth), ha="right", va="bottom")
    for (kernel, kind), points in sorted(kernels.items()):
        across, up, _ = zip(*points)
        axes.scatter(across, up, s=18, marker=MARKERS[kernel], color=COLORS[kind], alpha=0.75, linewidths=0)
    handles = [axes.scatter([], [], s=18, marker=marker, color="gray", label=label)
               for label, marker in (("products, 1 to 32 tokens", "o"), ("products, 480 tokens", "s"),
                                     ("whole layers", "D"), ("attention", "^"))]
    axes.legend(handles=handles, loc="lower right", frameon=False)
    axes.set(xscale="log", yscale="log", xlim=(0.3, 1e4), xlabel="operations for each byte from memory",
             ylabel="operations per second, GOPS",
             title=f"{about['set']}, {about['threads']} thread{'s' * (about['threads'] > 1)}")
    axes.grid(which="major", alpha=0.25)
    figure.savefig(output, metadata={"Date": None} if str(output).endswith("svg") else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures")
    parser.add_argument("--output", default="roofline.svg")
    options = parser.parse_args()
    draw(*read(options.figures), options.output)


if __name__ == "__main__":
    main()

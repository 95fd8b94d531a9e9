#!/usr/bin/env python3
"""Race swiftllm against llama.cpp: both engines in turn on the same files, medians and ratios.

    race.py MODEL.gguf [MODEL.gguf …] [--rounds 5] [--prompt 512] [--generate 64] [--parallel 1,8] [--depth N] [--busy N]
            [--log FILE]

Needs llama-cpp-python in the interpreter that runs this (a native build: CMAKE_ARGS=-DGGML_NATIVE=ON). The engines
alternate round by round, so that a busy minute of the machine hits both; the ratio is the median over rounds of
swiftllm / llama.cpp. Beside it stands how much of this machine's limit swiftllm reached, of computing for prefill and of
reading memory for decode, measured in the same runs. With --log every row is appended as a JSON line, with date, commit and machine.

Besides speeds, for which more is better, two figures for which less is: "first token", the seconds from the start of a
fresh process to its first token after a word (of llama.cpp without the start of Python), and "memory", the most bytes
that the process of the speeds had resident (of llama.cpp without Python's). With --mapped there is a third one, the
first token of a process that maps what `swiftllm pack` has written before.

With --depth the speeds alone are raced, behind so many tokens: swiftllm with its int8 cache, llama.cpp with keys and
values in f16, with and without flash attention, of which the better counts for each figure.

With --busy so many other processes compute all the while, as on a machine that does something else beside.
"""
import argparse
import collections
import contextlib
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

# How a figure is logged and shown: the end of its key in the log, how much one in the table is, what that is called.
Unit = collections.namedtuple("Unit", "name shown text")
SPEED = Unit("tps", 1, "tok/s")
TIME = Unit("s", 0.001, "ms")
UNITS = {"first token": TIME, "first token, mapped": TIME, "memory": Unit("bytes", 1e6, "MB")}
HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent


def run(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def speeds(report):
    """The speeds of one engine's report, by name."""
    rows = {"prefill": report["prompt_tps"], "decode": report["generate_tps"]}
    return rows | {f"decode x{width}": speed for width, speed in report["parallel_tps"].items() if width != "1"}


def figures(report, first_token):
    """All figures of one engine's report, by name."""
    return speeds(report) | {"first token": first_token, "memory": report["peak_memory_bytes"]}


def first_token(program, model, threads, folder=""):
    """Seconds until a fresh process writes the first token; with packed weights if they are in the folder."""
    start = time.perf_counter()
    process = subprocess.Popen([program, "infer", "-m", model, "-n", "1", "--temperature", "0", "--ignore-eos",
                                "--threads", str(threads), "Hello"], stdout=subprocess.PIPE,
                               env=os.environ | {"SWIFTLLM_PACKED": folder})
    process.stdout.read(1)
    seconds = time.perf_counter() - start
    process.stdout.read()
    if process.wait() != 0:
        raise SystemExit(f"swiftllm infer ended with {process.returncode}")
    return seconds


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def ours(model, options, shared, folder):
    """One round of swiftllm: figures, shares of the machine's limit, seconds of loading."""
    bench = [options.program, "bench", "-m", model, "--json", *shared]
    if options.depth:
        report = run([*bench, "--kv-type", "q8_0"])
        return speeds(report), {}, report["load_s"]
    report = run(bench)
    rows = figures(report, first_token(options.program, model, options.threads))
    if options.mapped:
        rows["first token, mapped"] = first_token(options.program, model, options.threads, folder)
    return rows, {"prefill": report["prompt_share"], "decode": report["generate_share"]}, report["load_s"]


def theirs(model, options, shared):
    """One round of llama.cpp: figures."""
    peer = [sys.executable, HERE / "peer_bench.py", model, *shared]
    if options.depth:
        settings = [speeds(run([*peer, "--flash", flash])) for flash in ("on", "off")]
        return {figure: max(setting[figure] for setting in settings) for figure in settings[0]}
    rows = figures(run(peer), run([*peer, "--first-token"])["first_token_s"])
    return rows | {"first token, mapped": rows["first token"]}


@contextlib.contextmanager
def company(count):
    """So many processes that only compute."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def race(model, options, folder):
    """Figures of both engines, one list entry a round. The folder has the packed weights, if they are asked for."""
    shared = ["--prompt", str(options.prompt), "--generate", str(options.generate), "--repeat", "1",
              "--threads", str(options.threads)] + (["--parallel", options.parallel] if options.parallel else [])
    if options.depth:
        shared += ["--depth", str(options.depth)]
    with company(options.busy):
        rounds = [(*ours(model, options, shared, folder), theirs(model, options, shared))
                  for _ in range(options.rounds)]
    rows, shares, load, peers = zip(*rounds)
    return rows, peers, shares, statistics.median(load)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--generate", type=int, default=64)
    parser.add_argument("--parallel", default="")
    parser.add_argument("--depth", type=int, default=0)
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--program", default=str(ROOT / ".build/release/swiftllm"))
    parser.add_argument("--mapped", action="store_true")
    parser.add_argument("--log")
    options = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    print(f"{'model':28} {'figure':20} {'swiftllm':>9} {'llama.cpp':>9} {'':5} {'ratio':>6}  {'spread':11} limit")
    for model in options.models:
        with tempfile.TemporaryDirectory(dir=pathlib.Path(model).resolve().parent) as folder:
            if options.mapped:
                subprocess.run([options.program, "pack", "-m", model, "--folder", folder], check=True,
                               capture_output=True)
            rows, peers, shares, load = race(model, options, folder)
        name = pathlib.Path(model).stem
        for figure in rows[0]:
            ratios = sorted(a[figure] / b[figure] for a, b in zip(rows, peers))
            unit = UNITS.get(figure, SPEED)
            row = {
                "date": datetime.date.today().isoformat(), "commit": commit.stdout.strip(), "machine": processor(),
                "threads": options.threads, "model": name, "figure": figure, "rounds": options.rounds,
                f"swiftllm_{unit.name}": round(statistics.median(a[figure] for a in rows), 3),
                f"llama_cpp_{unit.name}": round(statistics.median(b[figure] for b in peers), 3),
                "ratio": round(statistics.median(ratios), 2), "ratio_min": round(ratios[0], 2),
                "ratio_max": round(ratios[-1], 2), "load_s": load,
            }
            for condition in ("depth", "busy"):
                if getattr(options, condition):
                    row[condition] = getattr(options, condition)
            if figure in shares[0]:
                row["share"] = round(statistics.median(share[figure] for share in shares), 3)
            limit = f"{row['share']:.0%}" if "share" in row else ""
            spread = f"{row['ratio_min']}–{row['ratio_max']}"
            print(f"{name:28} {figure:20} {row[f'swiftllm_{unit.name}'] / unit.shown:9.1f} "
                  f"{row[f'llama_cpp_{unit.name}'] / unit.shown:9.1f} {unit.text:5} {row['ratio']:6.2f}  "
                  f"{spread:11} {limit:>5}", flush=True)
            if options.log:
                with open(options.log, "a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()

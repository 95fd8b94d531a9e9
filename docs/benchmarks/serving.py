#!/usr/bin/env python3
"""What the server adds to the engine: time to the first byte, and time per streamed token.

    serving.py [--program .build/release/swiftllm] [--rounds 5] [--log FILE]

The bundled model is so small that the server's own work shows beside it. Every request has the same prompt, which is in
the cache. "First byte" is from the first byte sent to the first byte of the body of a one-token stream. "Per token" is
what a stream of 256 tokens takes for each after the first, beside the same number of texts in `swiftllm bench`, which
has the engine without a server; the two alternate round by round. Both compute on one thread, so that what other threads
of the server use of the CPU is what serving costs, however busy the machine is: "serving". The client is one thread that
only counts lines, and shares the machine.
"""
import argparse
import datetime
import json
import os
import pathlib
import selectors
import socket
import statistics
import subprocess
import time
import urllib.request

from race import ROOT, processor

WIDTHS = (1, 32)
TOKENS = 256
PROMPT = "Once upon a time there was a small server that counted every millisecond. " * 3


def message(tokens):
    body = json.dumps({"model": "swiftllm", "prompt": PROMPT, "raw": True,
                       "options": {"temperature": 0, "num_predict": tokens, "ignore_eos": True}}).encode()
    return b"POST /api/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Stream:
    """A connection, and the answer that it is reading."""

    def __init__(self, address):
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request):
        self.tail, self.begun, self.first, self.last = b"", time.perf_counter(), None, None
        self.socket.sendall(request)

    def read(self):
        """Takes what has come; whether the answer is complete."""
        data = self.socket.recv(1 << 16)
        if not data:
            raise SystemExit("the server hung up")
        now = time.perf_counter()
        self.tail += data
        if self.first is None and (head := self.tail.find(b"\r\n\r\n")) >= 0 and len(self.tail) > head + 4:
            if not self.tail.startswith(b"HTTP/1.1 200 "):
                raise SystemExit(self.tail.decode())
            self.first = now
        if self.first is not None:
            self.tail = self.tail[-8:]
        if self.tail.endswith(b"\r\n0\r\n\r\n"):
            self.last = now
        return self.last is not None


def answers(streams, request, rounds):
    """Has every stream ask `rounds` times, one after the other, and yields each answered one."""
    selector = selectors.DefaultSelector()
    left = {}
    for stream in streams:
        selector.register(stream.socket, selectors.EVENT_READ, stream)
        left[stream] = rounds
        stream.send(request)
    while left:
        for key, _ in selector.select():
            if key.data.read():
                yield key.data
                left[key.data] -= 1
                if left[key.data]:
                    key.data.send(request)
                else:
                    del left[key.data]
    selector.close()


def first_bytes(address, width, count):
    """Milliseconds to the first byte, of `count` one-token answers, `width` at a time."""
    streams = [Stream(address) for _ in range(width)]
    times = [(stream.first - stream.begun) * 1e3 for stream in answers(streams, message(1), count // width)]
    return statistics.quantiles(times, n=100)


def per_token(address, width):
    """Microseconds per token and stream."""
    streams = [Stream(address) for _ in range(width)]
    return statistics.mean((stream.last - stream.first) * 1e6 / (TOKENS - 1)
                           for stream in answers(streams, message(TOKENS), 1))


def engine(program):
    """Microseconds per token and text of the engine alone, by width."""
    report = json.loads(subprocess.run(
        [program, "bench", "--json", "--threads", "1", "--repeat", "3", "--prompt", "64", "--generate", str(TOKENS),
         "--parallel", ",".join(map(str, WIDTHS))], check=True, capture_output=True, text=True).stdout)
    return {width: width * 1e6 / report["parallel_tps"][str(width)] for width in WIDTHS}


def cpu_seconds(process):
    """CPU time by thread."""
    times = {}
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        try:
            times[task.name] = int((task / "schedstat").read_text().split()[0]) / 1e9
        except OSError:
            pass  # it ended meanwhile
    return times


class Cost:
    """CPU time of a server in a `with` block, in microseconds: of the thread that computes, and of the others."""

    def __init__(self, process):
        self.process = process

    def __enter__(self):
        self.before = cpu_seconds(self.process)
        return self

    def __exit__(self, *_):
        used = [(time - self.before.get(thread, 0)) * 1e6 for thread, time in cpu_seconds(self.process).items()]
        self.computing = max(used)
        self.serving = sum(used) - self.computing


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=str(ROOT / ".build/release/swiftllm"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--log")
    arguments = parser.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = free.getsockname()
    environment = dict(os.environ, OLLAMA_HOST=f"127.0.0.1:{address[1]}", OLLAMA_MODELS="/nonexistent")
    server = subprocess.Popen([arguments.program, "serve", "--threads", "1"], env=environment, stderr=subprocess.DEVNULL)
    rows = []
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{address[1]}/health").read()
                break
            except OSError:
                time.sleep(0.1)
        per_token(address, 1)
        for width, count in zip(WIDTHS, (500, 3200)):
            with Cost(server) as cost:
                quantiles = first_bytes(address, width, count)
            rows.append({"figure": "first byte", "streams": width, "p50_ms": round(quantiles[49], 3),
                         "p99_ms": round(quantiles[98], 3), "serving_us": round(cost.serving / count, 1),
                         "computing_us": round(cost.computing / count, 1)})
        served, alone, used = ({width: [] for width in WIDTHS} for _ in range(3))
        for _ in range(arguments.rounds):
            for width in WIDTHS:
                with Cost(server) as cost:
                    served[width].append(per_token(address, width))
                used[width].append(cost.serving / (width * TOKENS))
            for width, time_per_token in engine(arguments.program).items():
                alone[width].append(time_per_token)
        for width in WIDTHS:
            rows.append({"figure": "per token", "streams": width,
                         "served_us": round(statistics.median(served[width]), 1),
                         "engine_us": round(statistics.median(alone[width]), 1),
                         "serving_us": round(statistics.median(used[width]), 1)})
    finally:
        server.terminate()
        server.wait(30)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    for row in rows:
        print(row)
        if arguments.log:
            facts = {"date": datetime.date.today().isoformat(), "commit": commit.stdout.strip(),
                     "machine": processor()}
            with open(arguments.log, "a") as log:
                log.write(json.dumps(facts | row) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Time embeddings of random texts beside llama.cpp, in turn, on the same files.

    pip install llama-cpp-python==0.3.36 numpy
    race_embeddings.py MODEL.gguf... [--texts 64] [--tokens 32] [--threads 1] [--rounds 5] [--program PATH]

Both sides compute texts in steps of up to 512 tokens; loading and reading the texts are not timed.
"""
import argparse
import json
import statistics
import subprocess
import time

import llama_cpp
import numpy as np

STEP_TOKENS = 512
STEP_TEXTS = 64
MEAN = 1


def swiftllm(program, model, texts, threads):
    """Seconds, as the program says."""
    lines = "".join(json.dumps({"tokens": text}) + "\n" for text in texts)
    done = subprocess.run([program, "embed", "-m", model, "--json-lines", "--time", "-t", str(threads)],
                          input=lines, capture_output=True, text=True, check=True)
    return json.loads(done.stderr)["seconds"]


class Peer:
    def __init__(self, model, longest, threads):
        options = llama_cpp.llama_model_default_params()
        options.n_gpu_layers = 0
        self.model = llama_cpp.llama_model_load_from_file(model.encode(), options)
        options = llama_cpp.llama_context_default_params()
        options.n_ctx = options.n_batch = options.n_ubatch = self.rows = max(STEP_TOKENS, longest)
        options.n_seq_max = STEP_TEXTS
        options.n_threads = options.n_threads_batch = threads
        options.embeddings = options.kv_unified = True
        options.pooling_type = MEAN
        self.context = llama_cpp.llama_init_from_model(self.model, options)
        self.batch = llama_cpp.llama_batch_init(self.rows, 0, 1)
        self.width = llama_cpp.llama_model_n_embd(self.model)

    def seconds(self, texts):
        step = max(1, min(STEP_TEXTS, self.rows // len(texts[0])))
        total = 0.0
        for first in range(0, len(texts), step):
            count = self.fill(texts[first:first + step])
            start = time.perf_counter()
            if llama_cpp.llama_encode(self.context, self.batch) != 0:
                raise RuntimeError("llama_encode failed")
            for sequence in range(count):
                pointer = llama_cpp.llama_get_embeddings_seq(self.context, sequence)
                np.ctypeslib.as_array(pointer, (self.width,)).copy()
            total += time.perf_counter() - start
        return total

    def fill(self, texts):
        row = 0
        for sequence, text in enumerate(texts):
            for position, token in enumerate(text):
                self.batch.token[row], self.batch.pos[row] = token, position
                self.batch.n_seq_id[row], self.batch.seq_id[row][0] = 1, sequence
                self.batch.logits[row] = 1
                row += 1
        self.batch.n_tokens = row
        return len(texts)


def race(arguments, model):
    generator = np.random.default_rng(1)
    texts = [generator.integers(1000, 20000, arguments.tokens).tolist() for _ in range(arguments.texts)]
    peer = Peer(model, arguments.tokens, arguments.threads)
    ours, theirs = [], []
    for _ in range(arguments.rounds):
        ours.append(swiftllm(arguments.program, model, texts, arguments.threads))
        theirs.append(peer.seconds(texts))
    count = arguments.texts * arguments.tokens
    ratios = [b / a for a, b in zip(ours, theirs)]
    print(f"{model}: swiftllm {count / statistics.median(ours):.0f}, llama.cpp {count / statistics.median(theirs):.0f}"
          f" tokens/s, ratio {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--texts", type=int, default=64)
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--program", default=".build/release/swiftllm")
    arguments = parser.parse_args()
    llama_cpp.llama_backend_init()
    for model in arguments.models:
        race(arguments, model)


if __name__ == "__main__":
    main()

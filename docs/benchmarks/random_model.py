#!/usr/bin/env python3
"""Write a GGUF of a real model's exact shapes in any type, with random weights, to race engines on.

    pip install gguf numpy
    random_model.py SHAPE TYPE OUT.gguf [--layers N]

Speed and memory depend on shapes and types, not on the values of weights, so such a file stands in for a model that
would have to be fetched. It generates noise: for speed, never for quality. TYPE is that of all matrices but, as
quantisers write files, the output (and the embeddings, where they are the same) is in Q6_K; F32, F16, BF16 and Q8_0
have no other type, and Q4_K_M has half of the value and down projections in Q6_K. --layers takes fewer than the real
model has: a prompt's speed in one layer is that of any other, and the file a fraction of the size.
"""
import argparse

import gguf
import numpy as np

Type = gguf.GGMLQuantizationType
# layers, width, hidden width, heads, heads of keys and values, head length, vocabulary, RoPE base, architecture, tied
SHAPES = {
    "smollm-135m": (30, 576, 1536, 9, 3, 64, 49152, 10_000.0, "llama", True),
    "qwen3-0.6b": (28, 1024, 3072, 16, 8, 128, 151_936, 1_000_000.0, "qwen3", True),
    "llama-1b": (16, 2048, 8192, 32, 8, 64, 128_256, 500_000.0, "llama", True),
    "llama-3b": (28, 3072, 8192, 24, 8, 128, 128_256, 500_000.0, "llama", True),
    "llama-8b": (32, 4096, 14_336, 32, 8, 128, 128_256, 500_000.0, "llama", False),
}
# Where a block has its scale in float16, and where a second one that is so many times the scale, so that weights have
# a mean near zero. All other bytes of a block may be any.
SCALES = {
    Type.Q4_0: {0: 1}, Type.Q4_1: {0: 1, 2: -7.5}, Type.Q5_0: {0: 1}, Type.Q5_1: {0: 1, 2: -15.5}, Type.Q8_0: {0: 1},
    Type.Q2_K: {80: 1, 82: 1.5}, Type.Q3_K: {108: 1}, Type.Q4_K: {0: 1, 2: 7.5}, Type.Q5_K: {0: 1, 2: 15.5},
    Type.Q6_K: {208: 1}, Type.IQ1_S: {0: 1}, Type.IQ2_XXS: {0: 1}, Type.IQ2_XS: {0: 1}, Type.IQ2_S: {0: 1},
    Type.IQ3_XXS: {0: 1}, Type.IQ3_S: {0: 1}, Type.IQ4_NL: {0: 1}, Type.IQ4_XS: {0: 1}, Type.TQ1_0: {52: 1},
    Type.TQ2_0: {64: 1},
}
FLOATS = (Type.F32, Type.F16, Type.BF16)
TYPES = (*FLOATS, *SCALES, Type.IQ1_M, Type.MXFP4, Type.NVFP4)
UNIFORM = (*FLOATS, Type.Q8_0)
DEVIATION = 0.02
rng = np.random.default_rng(7)


def set_scale(kind, blocks, scale):
    """Gives all blocks of a type the scale, or the nearest that the type can write."""
    if kind == Type.MXFP4:  # a power of two
        blocks[:, 0] = 127 + round(np.log2(scale))
    elif kind == Type.NVFP4:  # four of them, with four bits of exponent and three of mantissa, the least 1/512
        values = [(m + 8) / 8 * 2.0 ** (e - 7) if e else m / 512 for e in range(16) for m in range(8)]
        blocks[:, :4] = np.abs(np.array(values[:127]) - scale).argmin()
    elif kind == Type.IQ1_M:  # four bits at the top of each of the last four words
        words = blocks[:, -8:].view(np.uint16)
        bits = int(np.float16(scale).view(np.uint16))
        words[:] = words & 0x0FFF | np.array([(bits >> 4 * i & 15) << 12 for i in range(4)], np.uint16)
    else:
        for place, times in SCALES[kind].items():
            blocks[:, place:place + 2] = np.array([scale * times], np.float16).view(np.uint8)


def random_blocks(kind, count):
    """So many blocks of a type as bytes, scaled so that the weights have DEVIATION."""
    values, size = gguf.GGML_QUANT_SIZES[kind]
    if kind in FLOATS:
        weights = rng.standard_normal((count, values)).astype(np.float32) * DEVIATION
        return gguf.quants.quantize(weights, kind).view(np.uint8)
    blocks = rng.integers(0, 256, (count, size), dtype=np.uint8)
    set_scale(kind, blocks, 1)
    set_scale(kind, blocks, DEVIATION / gguf.quants.dequantize(blocks[:256].copy(), kind).std())
    return blocks


def matrix(kind, rows, columns):
    values, size = gguf.GGML_QUANT_SIZES[kind]
    if columns % values:
        raise SystemExit(f"rows of {columns} values do not divide into blocks of {values}: choose another type")
    count = rows * columns // values
    return np.resize(random_blocks(kind, min(count, 1 << 16)).reshape(-1), (rows, columns // values * size))


def byte_characters():
    """The 256 characters with which byte-level BPE writes bytes."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(byte) for byte in shown] + [chr(256 + i) for i in range(256 - len(shown))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("type", choices=[kind.name for kind in TYPES] + ["Q4_K_M"])
    parser.add_argument("out")
    parser.add_argument("--layers", type=int)
    options = parser.parse_args()
    layers, width, hidden, heads, kv_heads, head, vocabulary, base, architecture, tied = SHAPES[options.shape]
    layers = options.layers or layers
    kind = Type.Q4_K if options.type == "Q4_K_M" else Type[options.type]
    output = kind if kind in UNIFORM else Type.Q6_K

    file = gguf.GGUFWriter(options.out, architecture)
    file.add_name(f"{options.shape}-{options.type}-random")
    file.add_block_count(layers)
    file.add_context_length(131_072)
    file.add_embedding_length(width)
    file.add_feed_forward_length(hidden)
    file.add_head_count(heads)
    file.add_head_count_kv(kv_heads)
    file.add_key_length(head)
    file.add_value_length(head)
    file.add_rope_freq_base(base)
    file.add_rope_dimension_count(head)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_vocab_size(vocabulary)
    file.add_tokenizer_model("gpt2")
    file.add_tokenizer_pre("llama-bpe")
    file.add_token_list(byte_characters() + [f"t{i}" for i in range(256, vocabulary)])
    file.add_token_types([1] * vocabulary)
    file.add_token_merges(["a b"])
    file.add_eos_token_id(0)

    def put(name, kind, rows, columns):
        file.add_tensor(f"{name}.weight", matrix(kind, rows, columns), raw_dtype=kind)

    def norm(name, count):
        file.add_tensor(f"{name}.weight", np.ones(count, np.float32))

    put("token_embd", output if tied else kind, vocabulary, width)
    if not tied:
        put("output", output, vocabulary, width)
    norm("output_norm", width)
    for i in range(layers):
        more_bits = i < layers // 8 or i >= 7 * layers // 8 or (i - layers // 8) % 3 == 2
        higher = Type.Q6_K if options.type == "Q4_K_M" and more_bits else kind
        norm(f"blk.{i}.attn_norm", width)
        norm(f"blk.{i}.ffn_norm", width)
        if architecture == "qwen3":
            norm(f"blk.{i}.attn_q_norm", head)
            norm(f"blk.{i}.attn_k_norm", head)
        put(f"blk.{i}.attn_q", kind, heads * head, width)
        put(f"blk.{i}.attn_k", kind, kv_heads * head, width)
        put(f"blk.{i}.attn_v", higher, kv_heads * head, width)
        put(f"blk.{i}.attn_output", kind, width, heads * head)
        put(f"blk.{i}.ffn_gate", kind, hidden, width)
        put(f"blk.{i}.ffn_up", kind, hidden, width)
        put(f"blk.{i}.ffn_down", higher, width, hidden)
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes adapters of random weights for `cargo xtask bench serve --adapters …`, each twice: as PEFT has it and as GGUF.

Usage: python make_adapters.py MODEL.gguf OUT_FOLDER RANK COUNT

OUT_FOLDER/peft/rRANK-NN/{adapter_config.json, adapter_model.safetensors} and OUT_FOLDER/gguf/rRANK-NN.gguf hold the same
numbers in F16, over all seven matrices of every layer. Rows of q and k are put into llama.cpp's order for the GGUF, as its
own converter does for models of the Llama architecture. Needs the PyPI package gguf. Prints one JSON line.
Source: PEFT's LoRA checkpoint format, the safetensors format, llama.cpp's convert_lora_to_gguf.py.
"""

import json
import struct
import sys
from pathlib import Path

import gguf
import numpy as np

COUNT_MAX = 256
RANK_MAX = 256


def shapes(model: str) -> tuple[dict, str]:
    """The numbers of the base that an adapter's matrices follow from, and its architecture."""
    fields = gguf.GGUFReader(model).fields
    architecture = fields["general.architecture"].contents()

    def number(name: str, default=None) -> int:
        field = fields.get(f"{architecture}.{name}")
        if field is None and default is None:
            raise SystemExit(f"{model} has no {architecture}.{name}")
        return default if field is None else int(field.contents())

    heads, width = number("attention.head_count"), number("embedding_length")
    return {
        "layers": number("block_count"),
        "width": width,
        "heads": heads,
        "kv_heads": number("attention.head_count_kv", heads),
        "head": number("attention.key_length", width // heads),
        "inner": number("feed_forward_length"),
    }, architecture


def parts(base: dict) -> list[tuple[str, str, int, int, int]]:
    """Each matrix of a layer: PEFT's name, GGUF's name, inputs, outputs, heads whose rows llama.cpp reorders (0: none)."""
    q, kv = base["heads"] * base["head"], base["kv_heads"] * base["head"]
    width, inner = base["width"], base["inner"]
    return [
        ("self_attn.q_proj", "attn_q", width, q, base["heads"]),
        ("self_attn.k_proj", "attn_k", width, kv, base["kv_heads"]),
        ("self_attn.v_proj", "attn_v", width, kv, 0),
        ("self_attn.o_proj", "attn_output", q, width, 0),
        ("mlp.gate_proj", "ffn_gate", width, inner, 0),
        ("mlp.up_proj", "ffn_up", width, inner, 0),
        ("mlp.down_proj", "ffn_down", inner, width, 0),
    ]


def reordered(rows: np.ndarray, heads: int) -> np.ndarray:
    """Halves of a head interleaved, row by row: the rotary order of llama.cpp's Llama."""
    halves = rows.reshape(heads, 2, rows.shape[0] // heads // 2, rows.shape[1])
    return halves.swapaxes(1, 2).reshape(rows.shape)


def write_safetensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for tensor in tensors.values():
            file.write(tensor.tobytes())


def write_adapter(out: Path, name: str, base: dict, architecture: str, rank: int, seed: int) -> int:
    """Writes one adapter in both forms; returns the bytes of its weights."""
    random = np.random.default_rng(seed)
    peft, alpha = {}, 2 * rank
    path = out / "gguf" / f"{name}.gguf"
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(alpha))
    for layer in range(base["layers"]):
        for module, tensor, inputs, outputs, heads in parts(base):
            down = (random.standard_normal((rank, inputs)) / np.sqrt(inputs)).astype(np.float16)
            # Large enough to change what is said, small enough that the base still speaks.
            up = (random.standard_normal((outputs, rank)) * 0.01).astype(np.float16)
            weight = f"base_model.model.model.layers.{layer}.{module}"
            peft[f"{weight}.lora_A.weight"], peft[f"{weight}.lora_B.weight"] = down, up
            is_reordered = heads > 0 and architecture == "llama"
            writer.add_tensor(f"blk.{layer}.{tensor}.weight.lora_a", down)
            writer.add_tensor(f"blk.{layer}.{tensor}.weight.lora_b", reordered(up, heads) if is_reordered else up)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    folder = out / "peft" / name
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "adapter_model.safetensors", peft)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": None,
        "r": rank,
        "lora_alpha": alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "use_rslora": False,
        "target_modules": [module.split(".")[1] for module, *_ in parts(base)],
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    return sum(tensor.nbytes for tensor in peft.values())


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    model, out = sys.argv[1], Path(sys.argv[2])
    rank, count = int(sys.argv[3]), int(sys.argv[4])
    if not (1 <= rank <= RANK_MAX and 1 <= count <= COUNT_MAX):
        raise SystemExit(f"rank must be 1 to {RANK_MAX} and count 1 to {COUNT_MAX}, not {rank} and {count}")
    (out / "gguf").mkdir(parents=True, exist_ok=True)
    base, architecture = shapes(model)
    sizes = {write_adapter(out, f"r{rank}-{i:02}", base, architecture, rank, rank * 1000 + i) for i in range(count)}
    print(json.dumps({"rank": rank, "count": count, "weight_bytes": sizes.pop()}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

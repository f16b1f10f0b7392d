#!/usr/bin/env python3
"""Makes random adapters over a Llama GGUF file and the logits they must give, for `examples/adapter_logits.rs`.

Usage: python node/infer/tests/peft_logits.py MODEL.gguf FOLDER
       cargo run -p infer --example adapter_logits -- MODEL.gguf FOLDER

Needs the PyPI packages numpy and gguf. Owns a forward pass of Llama with LoRA in f64, written from the published equations
and Hugging Face's order of rows, over the file's dequantised weights: it shares no code with the crate. Refuses to use
quantised products, caches and batches. Writes into FOLDER: three PEFT folders (two of rank 8, one of rank 16, all seven
projections, queries and keys in Hugging Face's order of rows), the first of them as GGUF too (rows in llama.cpp's order),
and expected.json with the logits after the last token of three prompts, by the base and by each adapter.

Where torch, transformers and peft are installed, the same adapters go through `PeftModel` as well, and must agree with the
f64 forward to PEFT_DIFFERENCE_MAX; where not, that is said, and the f64 forward stands alone.
"""

import json
import pathlib
import sys

import gguf
import numpy as np

SEED = 20260
# Name, rank, alpha.
ADAPTERS = [("one", 8, 16.0), ("two", 8, 16.0), ("three", 16, 8.0)]
# Large enough to turn the most probable token over, small enough that nothing saturates.
UP_SPREAD = 0.05
# Words that the vocabulary has whole: no tokenizer is needed.
PROMPTS = [
    "The baker opened the door of her shop and",
    "Once upon a time there was a small village in the north where nobody had ever seen the sea and every winter the people"
    " told each other what they thought it was like until one day a man came down the road with a boat on his back and",
    "The price of salt is",
]
# Share of the largest logit.
PEFT_DIFFERENCE_MAX = 1e-4
# Module, its tensor in GGUF, its inputs and outputs by the name of a width.
MODULES = [
    ("self_attn.q_proj", "attn_q", "width", "query"),
    ("self_attn.k_proj", "attn_k", "width", "kv"),
    ("self_attn.v_proj", "attn_v", "width", "kv"),
    ("self_attn.o_proj", "attn_output", "query", "width"),
    ("mlp.gate_proj", "ffn_gate", "width", "feed"),
    ("mlp.up_proj", "ffn_up", "width", "feed"),
    ("mlp.down_proj", "ffn_down", "feed", "width"),
]


class Base:
    """The numbers and dequantised weights of a GGUF file, rows of queries and keys put into Hugging Face's order."""

    def __init__(self, path: str):
        reader = gguf.GGUFReader(path)

        def value(key: str):
            return reader.fields[key].contents()

        self.layers = value("llama.block_count")
        self.width = value("llama.embedding_length")
        self.feed = value("llama.feed_forward_length")
        self.heads = value("llama.attention.head_count")
        self.kv_heads = value("llama.attention.head_count_kv")
        self.head = self.width // self.heads
        self.epsilon = value("llama.attention.layer_norm_rms_epsilon")
        self.rope_base = value("llama.rope.freq_base")
        self.vocabulary = {text: id for id, text in enumerate(value("tokenizer.ggml.tokens"))}
        self.query, self.kv = self.heads * self.head, self.kv_heads * self.head
        self.tensors = {}
        for tensor in reader.tensors:
            values = gguf.dequantize(tensor.data, tensor.tensor_type).astype(np.float64)
            if tensor.name.endswith(("attn_q.weight", "attn_k.weight")):
                heads = self.heads if "attn_q" in tensor.name else self.kv_heads
                values = values.reshape(heads, self.head // 2, 2, -1).swapaxes(1, 2).reshape(values.shape)
            self.tensors[tensor.name] = values

    def tokens(self, prompt: str) -> list[int]:
        words = prompt.split(" ")
        return [self.vocabulary[("Ġ" if number else "") + word] for number, word in enumerate(words)]


def adapter(base: Base, rank: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """lora_A and lora_B of every projection of every layer, f32, by PEFT's names."""
    tensors = {}
    for layer in range(base.layers):
        for module, _, inputs, outputs in MODULES:
            inputs, outputs = getattr(base, inputs), getattr(base, outputs)
            name = f"base_model.model.model.layers.{layer}.{module}"
            down = random.normal(0, inputs**-0.5, (rank, inputs))
            tensors[f"{name}.lora_A.weight"] = down.astype(np.float32)
            tensors[f"{name}.lora_B.weight"] = random.normal(0, UP_SPREAD, (outputs, rank)).astype(np.float32)
    return tensors


def write_peft(folder: pathlib.Path, tensors: dict, rank: int, alpha: float) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": None, "r": rank, "lora_alpha": alpha,
        "lora_dropout": 0.0, "bias": "none", "inference_mode": True, "fan_in_fan_out": False,
        "target_modules": [module.split(".")[1] for module, *_ in MODULES],
    }  # fmt: skip
    (folder / "adapter_config.json").write_text(json.dumps(config))
    header, data = {}, b""
    for name, values in tensors.items():
        begin, data = len(data), data + values.tobytes()
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / "adapter_model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)


def write_gguf(path: pathlib.Path, base: Base, tensors: dict, alpha: float) -> None:
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    heads = {"attn_q": base.heads, "attn_k": base.kv_heads}
    for layer in range(base.layers):
        for module, block, *_ in MODULES:
            name = f"base_model.model.model.layers.{layer}.{module}"
            up = tensors[f"{name}.lora_B.weight"]
            if block in heads:
                # The order of convert_hf_to_gguf.py: pair by pair inside each head.
                up = up.reshape(heads[block], 2, base.head // 2, -1).swapaxes(1, 2).reshape(up.shape)
            writer.add_tensor(f"blk.{layer}.{block}.weight.lora_a", tensors[f"{name}.lora_A.weight"])
            writer.add_tensor(f"blk.{layer}.{block}.weight.lora_b", np.ascontiguousarray(up))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def norm(rows: np.ndarray, weight: np.ndarray, epsilon: float) -> np.ndarray:
    return rows / np.sqrt((rows**2).mean(axis=-1, keepdims=True) + epsilon) * weight


def rotated(rows: np.ndarray, heads: int, base: Base) -> np.ndarray:
    """(tokens, heads * head) → (heads, tokens, head), turned: element i of a head is paired with i + head / 2."""
    n, half = len(rows), base.head // 2
    split = rows.reshape(n, heads, base.head).swapaxes(0, 1)
    angles = np.arange(n)[:, None] * base.rope_base ** (-np.arange(half) / half)
    first, second = split[..., :half], split[..., half:]
    cos, sin = np.cos(angles), np.sin(angles)
    return np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


def attention(query: np.ndarray, key: np.ndarray, value: np.ndarray, base: Base) -> np.ndarray:
    n = len(query)
    query, key = rotated(query, base.heads, base), rotated(key, base.kv_heads, base)
    value = value.reshape(n, base.kv_heads, base.head).swapaxes(0, 1)
    group = base.heads // base.kv_heads
    key, value = np.repeat(key, group, axis=0), np.repeat(value, group, axis=0)
    scores = query @ key.swapaxes(1, 2) / np.sqrt(base.head)
    scores += np.triu(np.full((n, n), -np.inf), 1)
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    return (scores @ value).swapaxes(0, 1).reshape(n, -1)


def logits(base: Base, tokens: list[int], tensors: dict | None, scale: float) -> np.ndarray:
    """After the last token, (vocabulary), f64."""

    def linear(layer: int, number: int, rows: np.ndarray) -> np.ndarray:
        module, block, *_ = MODULES[number]
        out = rows @ base.tensors[f"blk.{layer}.{block}.weight"].T
        if tensors is not None:
            name = f"base_model.model.model.layers.{layer}.{module}"
            down, up = (tensors[f"{name}.lora_{half}.weight"].astype(np.float64) for half in "AB")
            out += scale * (rows @ down.T @ up.T)
        return out

    stream = base.tensors["token_embd.weight"][tokens]
    for layer in range(base.layers):
        rows = norm(stream, base.tensors[f"blk.{layer}.attn_norm.weight"], base.epsilon)
        mixed = attention(linear(layer, 0, rows), linear(layer, 1, rows), linear(layer, 2, rows), base)
        stream = stream + linear(layer, 3, mixed)
        rows = norm(stream, base.tensors[f"blk.{layer}.ffn_norm.weight"], base.epsilon)
        gate, up = linear(layer, 4, rows), linear(layer, 5, rows)
        stream = stream + linear(layer, 6, gate / (1 + np.exp(-gate)) * up)
    last = norm(stream[-1], base.tensors["output_norm.weight"], base.epsilon)
    return base.tensors.get("output.weight", base.tensors["token_embd.weight"]) @ last


def apart(ours: np.ndarray, expected: np.ndarray) -> float:
    """Largest difference as a share of the largest logit."""
    return float(np.abs(ours - expected).max() / np.abs(expected).max())


def through_peft(base: Base, folder: pathlib.Path, rows: list[dict]) -> bool:
    """Compares the f64 forward with Hugging Face's in f32; true where they agree or the packages are missing."""
    try:
        import peft
        import torch
        import transformers
    except ImportError as missing:
        print(f"*** SKIPPED the comparison with peft: {missing}. The f64 forward stands alone. ***")
        return True
    config = transformers.LlamaConfig(
        vocab_size=len(base.vocabulary), hidden_size=base.width, intermediate_size=base.feed, num_hidden_layers=base.layers,
        num_attention_heads=base.heads, num_key_value_heads=base.kv_heads, rms_norm_eps=base.epsilon,
        rope_theta=base.rope_base, tie_word_embeddings="output.weight" not in base.tensors, hidden_act="silu",
    )  # fmt: skip
    names = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}
    names |= {"output.weight": "lm_head.weight"}
    for layer in range(base.layers):
        there = f"model.layers.{layer}"
        names |= {f"blk.{layer}.{block}.weight": f"{there}.{module}.weight" for module, block, *_ in MODULES}
        names[f"blk.{layer}.attn_norm.weight"] = f"{there}.input_layernorm.weight"
        names[f"blk.{layer}.ffn_norm.weight"] = f"{there}.post_attention_layernorm.weight"
    state = {names[name]: torch.from_numpy(values) for name, values in base.tensors.items()}
    model = transformers.LlamaForCausalLM(config)
    unexpected = model.load_state_dict(state, strict=False).unexpected_keys
    assert not unexpected, unexpected
    model.tie_weights()
    worn, largest = None, 0.0
    for name, *_ in ADAPTERS:
        path = str(folder / name)
        if worn is None:
            worn = peft.PeftModel.from_pretrained(model, path, adapter_name=name)
        else:
            worn.load_adapter(path, adapter_name=name)
    worn.eval()
    for row in rows:
        with torch.no_grad():
            ids = torch.tensor([row["tokens"]])
            if row["mind"] is None:
                with worn.disable_adapter():
                    theirs = worn(ids).logits
            else:
                worn.set_adapter(row["mind"])
                theirs = worn(ids).logits
        largest = max(largest, apart(np.array(row["logits"]), theirs[0, -1].numpy()))
    print(f"peft {peft.__version__}, torch {torch.__version__}: largest difference {largest:.2e} of the largest logit")
    return largest <= PEFT_DIFFERENCE_MAX


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    base, folder = Base(sys.argv[1]), pathlib.Path(sys.argv[2])
    random = np.random.default_rng(SEED)
    minds = [(None, None, 0.0)]
    for name, rank, alpha in ADAPTERS:
        tensors = adapter(base, rank, random)
        write_peft(folder / name, tensors, rank, alpha)
        minds.append((name, tensors, alpha / rank))
    write_gguf(folder / "one.gguf", base, minds[1][1], ADAPTERS[0][2])
    rows, effect = [], []
    for prompt in PROMPTS:
        tokens = base.tokens(prompt)
        for name, tensors, scale in minds:
            row = logits(base, tokens, tensors, scale)
            rows.append({"mind": name, "tokens": tokens, "logits": row.tolist()})
            if name is None:
                without = row
            else:
                effect.append(apart(row, without))
    print(f"{len(rows)} rows; the adapters change the logits by {min(effect):.3f} to {max(effect):.3f} of the largest")
    report = {"adapters": [name for name, *_ in ADAPTERS], "same": {"one.gguf": "one"}, "rows": rows}
    (folder / "expected.json").write_text(json.dumps(report))
    return 0 if through_peft(base, folder, rows) else 1


if __name__ == "__main__":
    sys.exit(main())

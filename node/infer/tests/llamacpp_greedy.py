#!/usr/bin/env python3
"""Compares greedy completions of this crate with llama.cpp's, token by token.

Usage: python node/infer/tests/llamacpp_greedy.py MODEL.gguf PATH_TO_GREEDY_BINARY

Needs the PyPI package xllamacpp (llama.cpp with Python bindings) and the built example
(`cargo build -p infer --example greedy`). Five prompts, raw completion without a template, temperature 0, 20 tokens.
The programs round differently inside, so near ties may fall the other way: hence 4 of 5.
Exit code 0 when at least 4 of 5 agree in all 20 tokens, 1 when fewer do.
"""

import json
import subprocess
import sys

PROMPTS = [
    "The baker opened the door of her shop and",
    "Once upon a time, in a small village by the river,",
    "The capital of France is",
    "Water boils at a temperature of",
    "The blacksmith put down his hammer, looked at the stranger and said:",
]
TOKENS = 20
NEEDED = 4


def ours(model: str, binary: str) -> list[dict]:
    lines = "".join(json.dumps({"prompt": prompt}) + "\n" for prompt in PROMPTS)
    run = subprocess.run([binary, model, str(TOKENS)], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def theirs(model: str) -> list[dict]:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx = 512
    params.n_gpu_layers = 0
    params.warmup = False
    server = xllamacpp.Server(params)
    answers = []
    for prompt in PROMPTS:
        answer = server.handle_completions(
            {
                "prompt": prompt,
                "max_tokens": TOKENS,
                "temperature": 0,
                "top_k": 1,
                "repeat_penalty": 1.0,
                "cache_prompt": False,
                "return_tokens": True,
            }
        )
        answer = json.loads(answer) if isinstance(answer, (str, bytes)) else answer
        choice = answer["choices"][0] if "choices" in answer else answer
        text = choice["text"] if "text" in choice else choice["content"]
        answers.append({"text": text, "tokens": choice.get("tokens") or answer.get("tokens")})
    return answers


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    agreed = 0
    for prompt, a, b in zip(PROMPTS, ours(sys.argv[1], sys.argv[2]), theirs(sys.argv[1]), strict=True):
        # Without token numbers from the other side, equal text of all tokens is the same claim.
        same = a["tokens"] == b["tokens"] if b["tokens"] else a["text"] == b["text"]
        agreed += same
        print(f"{'same ' if same else 'OTHER'} {prompt!r}\n   ours   {a['text']!r}\n   theirs {b['text']!r}")
    print(f"{agreed} of {len(PROMPTS)} agree in the first {TOKENS} tokens (needed: {NEEDED})")
    return 0 if agreed >= NEEDED else 1


if __name__ == "__main__":
    sys.exit(main())

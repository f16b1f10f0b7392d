#!/usr/bin/env python3
"""Scores the windows that `examples/quality.rs` scored with llama.cpp on the same file, token by token.

Usage: quality MODEL TEXT --tokens 4096 --dump DUMP
       python node/infer/tests/quality_llamacpp.py MODEL.gguf DUMP [POSITIONS] [THREADS]

Needs the PyPI package xllamacpp (llama.cpp with Python bindings). Its server scores no prompts, but it reports the raw
log-probability of the token it draws, before any sampler: a bias that forces the text's next token makes that the
probability of the next token under the plain logits. So each position is one request whose prompt is the window so far; all
but its last token are in the server's cache. POSITIONS (500) are taken from the beginning, whole windows at a time. What this
measures is llama.cpp's path for single tokens with its default cache (f16) and attention, not its path for prompts.

Prints one JSON object: perplexities over the same positions, and how often each pair finds the same token most probable. Ends
with 1 where our served perplexity is further from llama.cpp's than PERPLEXITY_SHIFT_MAX, on whichever side: llama.cpp rounds what
it multiplies to 8 bits, which alone raises its perplexity by about as much, so that an exact forward may fail here by being better.
"""

import json
import math
import statistics
import sys

FORCING_BIAS = 1000.0
POSITIONS_DEFAULT = 500
PERPLEXITY_SHIFT_MAX = 0.003


def server(model: str, context_len: int, threads: int):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx = context_len
    params.n_parallel = 1
    params.n_gpu_layers = 0
    params.warmup = False
    if threads:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    return xllamacpp.Server(params)


def scored(llama, tokens: list[int], position: int) -> tuple[float, int]:
    """The log-probability of the token after `position`, and the most probable token there."""
    forced = tokens[position + 1]
    answer = llama.handle_completions(
        {
            "prompt": tokens[: position + 1],
            "max_tokens": 1,
            "temperature": 0,
            "logprobs": 1,
            "logit_bias": [[forced, FORCING_BIAS]],
            "cache_prompt": True,
        }
    )
    answer = json.loads(answer) if isinstance(answer, (str, bytes)) else answer
    drawn = answer["choices"][0]["logprobs"]["content"][0]
    if drawn["id"] != forced:
        raise RuntimeError(f"token {forced} was forced, {drawn['id']} was drawn: {drawn}")
    return drawn["logprob"], drawn["top_logprobs"][0]["id"]


def perplexity(logprobs: list[float]) -> float:
    return math.exp(-sum(logprobs) / len(logprobs))


def agreement(a: list[int], b: list[int]) -> float:
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def main() -> int:
    if len(sys.argv) not in (3, 4, 5):
        print(__doc__)
        return 2
    wanted = int(sys.argv[3]) if len(sys.argv) > 3 else POSITIONS_DEFAULT
    threads = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    with open(sys.argv[2], encoding="utf-8") as dump:
        windows = [json.loads(line) for line in dump]
    llama = server(sys.argv[1], len(windows[0]["tokens"]) + 64, threads)
    sides = {name: ([], []) for name in ("llamacpp", "f32", "kv_f16", "kv_q8")}
    for window in windows:
        if len(sides["llamacpp"][0]) >= wanted:
            break
        tokens = window["tokens"]
        theirs = [scored(llama, tokens, position) for position in range(len(tokens) - 1)]
        sides["llamacpp"][0].extend(logprob for logprob, _ in theirs)
        sides["llamacpp"][1].extend(top for _, top in theirs)
        for name in ("f32", "kv_f16", "kv_q8"):
            sides[name][0].extend(window[name]["logprob"])
            sides[name][1].extend(window[name]["top"])
    by_side = {name: perplexity(logprobs) for name, (logprobs, _) in sides.items()}
    shift = by_side["kv_f16"] / by_side["llamacpp"] - 1
    differences = [a - b for a, b in zip(sides["kv_f16"][0], sides["llamacpp"][0], strict=True)]
    report = {
        "positions": len(differences),
        "perplexity": by_side,
        "ours_against_llamacpp": shift,
        "ours_against_llamacpp_standard_error": statistics.stdev(differences) / math.sqrt(len(differences)),
        "llamacpp_against_f32": by_side["llamacpp"] / by_side["f32"] - 1,
        "logprob_difference_mean": statistics.fmean(map(abs, differences)),
        "top1_agreement": {
            "ours_with_f32": agreement(sides["kv_f16"][1], sides["f32"][1]),
            "llamacpp_with_f32": agreement(sides["llamacpp"][1], sides["f32"][1]),
            "ours_with_llamacpp": agreement(sides["kv_f16"][1], sides["llamacpp"][1]),
        },
        "perplexity_shift_max": PERPLEXITY_SHIFT_MAX,
        "kept": abs(shift) <= PERPLEXITY_SHIFT_MAX,
    }
    print(json.dumps(report, indent=2))
    return 0 if report["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())

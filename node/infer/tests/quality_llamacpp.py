#!/usr/bin/env python3
"""Scores the windows that `examples/quality.rs` scored with llama.cpp on the same file.

Usage: quality MODEL TEXT --tokens 50000 --dump DUMP
       python node/infer/tests/quality_llamacpp.py MODEL.gguf DUMP [--path prompts|tokens] [--positions N] [--threads N]

Needs the PyPI packages xllamacpp (llama.cpp with Python bindings) and numpy. llama.cpp computes in two ways, and their figures
differ, so that the report names the one it is of:
- prompts (the default): each window is one batch whose rows all give logits, with the context's defaults (512 tokens, f16 keys and
  values). So llama.cpp's own perplexity tool computes, several windows in a batch. Its C interface is called, which the binding's
  library exports.
- tokens: each position is one request to the server, whose prompt is the window so far, all of it in the cache but its last
  token; a bias forces the text's next token, because the server gives no probabilities of a prompt, only the raw one of what it
  draws. So a server answers. Some three times as long.
Whole windows are taken, from the beginning, until there are as many positions as asked for (default: all).

Prints one JSON object: perplexities over the same positions, of all of them and of each window's second half (what that tool
scores), and how often each pair finds the same token most probable. Ends with 1 where our served perplexity is further from
llama.cpp's over all positions than PERPLEXITY_SHIFT_MAX, on whichever side: llama.cpp rounds what it multiplies to 8 bits, which
alone raises its perplexity by about as much, so that an exact forward may fail here by being better. Ends with 2 where nothing
could be compared.
"""

import argparse
import ctypes
import itertools
import json
import math
import statistics
import sys

import numpy

FORCING_BIAS = 1000.0
PERPLEXITY_SHIFT_MAX = 0.003
SIDES = ("f32", "kv_f16", "kv_q8")
# The level of llama.cpp's messages that are errors.
LOG_LEVEL_ERROR = 4

# A window's scores: the log-probability of each position's next token, and the most probable token there.
Scores = tuple[list[float], list[int]]


@ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
def only_errors(level: int, text: bytes, _: int | None) -> None:
    if level == LOG_LEVEL_ERROR:
        sys.stderr.write(text.decode(errors="replace"))


class NotCompared(Exception):
    """Why there is no figure."""


class Parameters(ctypes.Structure):
    """llama.cpp's parameters of a model or a context, which are passed on as they come.

    Larger than either is in any version: both pass through memory, where the callee takes of it what it needs.
    """

    _fields_ = [("bytes", ctypes.c_ubyte * 1024)]


class Batch(ctypes.Structure):
    """`llama_batch` of llama.h."""

    _fields_ = [
        ("n_tokens", ctypes.c_int32),
        ("token", ctypes.POINTER(ctypes.c_int32)),
        ("embd", ctypes.POINTER(ctypes.c_float)),
        ("pos", ctypes.POINTER(ctypes.c_int32)),
        ("n_seq_id", ctypes.POINTER(ctypes.c_int32)),
        ("seq_id", ctypes.POINTER(ctypes.POINTER(ctypes.c_int32))),
        ("logits", ctypes.POINTER(ctypes.c_int8)),
    ]


class Prompts:
    """llama.cpp's path for prompts: a window in one batch."""

    def __init__(self, model: str, window: int, threads: int):
        import xllamacpp.xllamacpp as binding

        self.library = ctypes.CDLL(binding.__file__)
        # It says much about each batch.
        self.call("llama_log_set", None, (type(only_errors), only_errors), (ctypes.c_void_p, None))
        self.call("llama_backend_init", None)
        if self.call("llama_supports_gpu_offload", ctypes.c_bool):
            raise NotCompared("this xllamacpp computes on a graphics card; processors are compared here")
        defaults = self.call("llama_model_default_params", Parameters)
        loaded = self.pointer("llama_model_load_from_file", (ctypes.c_char_p, model.encode()), (Parameters, defaults))
        if not loaded:
            raise NotCompared(f"llama.cpp cannot load {model}")
        vocab = self.pointer("llama_model_get_vocab", (ctypes.c_void_p, loaded))
        self.vocab_len = self.call("llama_vocab_n_tokens", ctypes.c_int32, (ctypes.c_void_p, vocab))
        defaults = self.call("llama_context_default_params", Parameters)
        context = self.pointer("llama_init_from_model", (ctypes.c_void_p, loaded), (Parameters, defaults))
        if not context:
            raise NotCompared("llama.cpp makes no context")
        self.context = (ctypes.c_void_p, context)
        room = min(self.call(name, ctypes.c_uint32, self.context) for name in ("llama_n_ctx", "llama_n_batch"))
        if window - 1 > room:
            raise NotCompared(f"a window has {window - 1} positions, llama.cpp's batch by default {room}: try --path tokens")
        if threads:
            self.call("llama_set_n_threads", None, self.context, (ctypes.c_int32, threads), (ctypes.c_int32, threads))
        sizes = ((ctypes.c_int32, size) for size in (window, 0, 1))
        self.batch = self.call("llama_batch_init", Batch, *sizes)

    def call(self, name: str, result, *arguments):
        function = getattr(self.library, name)
        function.restype, function.argtypes = result, [kind for kind, _ in arguments]
        return function(*(value for _, value in arguments))

    def pointer(self, name: str, *arguments):
        return self.call(name, ctypes.c_void_p, *arguments)

    def scores(self, tokens: list[int]) -> Scores:
        rows = self.batch.n_tokens = len(tokens) - 1
        for row in range(rows):
            self.batch.token[row], self.batch.pos[row], self.batch.logits[row] = tokens[row], row, 1
            self.batch.n_seq_id[row], self.batch.seq_id[row][0] = 1, 0
        memory = self.pointer("llama_get_memory", self.context)
        self.call("llama_memory_clear", None, (ctypes.c_void_p, memory), (ctypes.c_bool, True))
        failed = self.call("llama_decode", ctypes.c_int32, self.context, (Batch, self.batch))
        if failed:
            raise NotCompared(f"llama_decode gives {failed}")
        raw = self.call("llama_get_logits", ctypes.POINTER(ctypes.c_float), self.context)
        logits = numpy.ctypeslib.as_array(raw, (rows, self.vocab_len)).astype(numpy.float64)
        most = logits.max(axis=1)
        norms = most + numpy.log(numpy.exp(logits - most[:, None]).sum(axis=1))
        return (logits[numpy.arange(rows), tokens[1:]] - norms).tolist(), logits.argmax(axis=1).tolist()


class Tokens:
    """llama.cpp's path for single tokens: a request to its server for each position."""

    def __init__(self, model: str, window: int, threads: int):
        import xllamacpp

        params = xllamacpp.CommonParams()
        params.model.path = model
        params.n_ctx = window + 64
        params.n_parallel = 1
        params.n_gpu_layers = 0
        params.warmup = False
        if threads:
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        self.server = xllamacpp.Server(params)

    def scores(self, tokens: list[int]) -> Scores:
        scored = [self.scored(tokens, position) for position in range(len(tokens) - 1)]
        return [logprob for logprob, _ in scored], [top for _, top in scored]

    def scored(self, tokens: list[int], position: int) -> tuple[float, int]:
        forced = tokens[position + 1]
        answer = self.server.handle_completions(
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
            raise NotCompared(f"token {forced} was forced, {drawn['id']} was drawn: {drawn}")
        return drawn["logprob"], drawn["top_logprobs"][0]["id"]


def joined(windows: list[list]) -> list:
    return list(itertools.chain.from_iterable(windows))


def perplexity(logprobs: list[float]) -> float:
    return math.exp(-statistics.fmean(logprobs))


def agreement(a: list[int], b: list[int]) -> float:
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def compared(logprobs: dict[str, list[list[float]]]) -> dict:
    """Perplexities over the same positions, by side, each side's a list for each window."""
    flat = {name: joined(windows) for name, windows in logprobs.items()}
    by_side = {name: perplexity(all_of) for name, all_of in flat.items()}
    differences = [ours - theirs for ours, theirs in zip(flat["kv_f16"], flat["llamacpp"], strict=True)]
    return {
        "positions": len(differences),
        "perplexity": by_side,
        "ours_against_llamacpp": by_side["kv_f16"] / by_side["llamacpp"] - 1,
        "ours_against_llamacpp_standard_error": statistics.stdev(differences) / math.sqrt(len(differences)),
        "llamacpp_against_f32": by_side["llamacpp"] / by_side["f32"] - 1,
        "logprob_difference_mean": statistics.fmean(map(abs, differences)),
    }


def second_half(window: list) -> list:
    """Of a window's scores those that llama.cpp's perplexity tool counts: with half the window's tokens or more before them."""
    return window[(len(window) + 1) // 2 :]


def taken(windows: list[dict], positions: int) -> list[dict]:
    """Whole windows from the beginning with `positions` scores or more, if there are so many."""
    ends = itertools.accumulate((len(window["tokens"]) - 1 for window in windows), initial=0)
    return [window for window, before in zip(windows, ends) if before < positions]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("dump")
    parser.add_argument("--path", choices=("prompts", "tokens"), default="prompts")
    parser.add_argument("--positions", type=int, default=sys.maxsize)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    if options.threads < 0:
        parser.error("--threads: 0 leaves it to llama.cpp; there are none below")
    try:
        report = compare(options)
    except (NotCompared, OSError, ValueError, KeyError) as error:
        print(f"quality_llamacpp.py: {error}", file=sys.stderr)
        return 2
    print(json.dumps(report, indent=2))
    return 0 if report["kept"] else 1


def compare(options: argparse.Namespace) -> dict:
    with open(options.dump, encoding="utf-8") as dump:
        windows = taken([json.loads(line) for line in dump], options.positions)
    if sum(len(second_half(window["tokens"][1:])) for window in windows) < 2:
        raise NotCompared(f"{options.dump}: its windows have too few positions for a standard error")
    longest = max(len(window["tokens"]) for window in windows)
    llama = {"prompts": Prompts, "tokens": Tokens}[options.path](options.model, longest, options.threads)
    logprobs = {name: [] for name in ("llamacpp", *SIDES)}
    tops = {name: [] for name in ("llamacpp", *SIDES)}
    for window in windows:
        scores = {name: (window[name]["logprob"], window[name]["top"]) for name in SIDES}
        scores["llamacpp"] = llama.scores(window["tokens"])
        for name, (logprob, top) in scores.items():
            logprobs[name].append(logprob)
            tops[name].extend(top)
    whole = compared(logprobs)
    halves = {name: [second_half(window) for window in scored] for name, scored in logprobs.items()}
    return {
        "path": options.path,
        **whole,
        "second_halves": compared(halves),
        "top1_agreement": {
            "ours_with_f32": agreement(tops["kv_f16"], tops["f32"]),
            "llamacpp_with_f32": agreement(tops["llamacpp"], tops["f32"]),
            "ours_with_llamacpp": agreement(tops["kv_f16"], tops["llamacpp"]),
        },
        "perplexity_shift_max": PERPLEXITY_SHIFT_MAX,
        "kept": abs(whole["ours_against_llamacpp"]) <= PERPLEXITY_SHIFT_MAX,
    }


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Compares greedy completions of this crate with llama.cpp's, token by token.

Usage: python node/infer/tests/llamacpp_greedy.py MODEL.gguf PATH_TO_GREEDY_BINARY

Needs the PyPI package xllamacpp (llama.cpp with Python bindings) and the built example
(`cargo build -p infer --example greedy`). Raw completion without a template, temperature 0, 20 tokens. llama.cpp gets an f32
cache and no flash attention, which is how this crate computes. Both round activations to 8 bits, in different places, so
near ties may fall the other way. Two checks, and both must hold:

1. SETTLED, five prompts: at least 4 agree in all 20 tokens.
2. OPEN, twenty prompts nobody chose for their outcome: wherever the texts part, llama.cpp's token is one of our
   first runners-up, at most NEAR_TIE logits behind. A wrong forward pass would part at wide gaps. For scale the script also counts how
   often llama.cpp agrees with itself when only its cache changes from f32 to f16.
"""

import json
import subprocess
import sys

# Two open prompts and three whose continuation is settled. Open ones run into near ties within 20 tokens, where rounding
# decides: of five open ones llama.cpp with its default f16 cache agreed with itself with an f32 cache in three.
SETTLED = [
    "The baker opened the door of her shop and",
    "The blacksmith put down his hammer, looked at the stranger and said:",
    "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday, Monday, Tuesday,",
    "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,",
    "The quick brown fox jumps over the lazy dog. The quick brown fox jumps over the lazy dog. The quick",
]
OPEN = [
    "The ferryman waited until the last passenger",
    "In the north of the country, people still",
    "My grandmother used to say that",
    "To make good bread you need",
    "The snow began to fall before",
    "Nobody in the village had ever seen",
    "A clock on the church tower",
    "The first rule of sailing is",
    "When the king heard the news, he",
    "The reason why leaves are green is",
    "She opened the letter and read:",
    "The map showed a small island",
    "Every morning the shepherd",
    "There are three kinds of clouds:",
    "The doctor looked at the boy and asked",
    "A long time ago, before the bridge was built,",
    "The price of salt rose because",
    "He put his hand in his pocket and found",
    "Wolves are afraid of",
    "The library closes at",
]
TOKENS = 20
NEEDED = 4
# Rounding moves a logit of this model by a few per cent of the largest, which is 15 to 20.
NEAR_TIE = 0.5


def ours(model: str, binary: str, prompts: list[str]) -> list[dict]:
    lines = "".join(json.dumps({"prompt": prompt}) + "\n" for prompt in prompts)
    run = subprocess.run([binary, model, str(TOKENS)], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def theirs(model: str, prompts: list[str], cache: str) -> list[dict]:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx = 512
    params.n_gpu_layers = 0
    params.warmup = False
    params.cache_type_k = params.cache_type_v = getattr(xllamacpp.ggml_type, f"GGML_TYPE_{cache}")
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    server = xllamacpp.Server(params)
    answers = []
    for prompt in prompts:
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


def same(a: dict, b: dict) -> bool:
    # Without token numbers from the other side, equal text of all tokens is the same claim.
    return a["tokens"] == b["tokens"] if a["tokens"] and b["tokens"] else a["text"] == b["text"]


def parting(pieces: list[dict], text: str) -> tuple[str, bool]:
    """Where two texts part, in words, and whether it was a near tie.

    The other side gives text, and a text can be cut into tokens in more than one way: the place where they part is the first
    one where a runner-up of ours goes on with the other text while being near, or else where our own text does not.
    """
    said = ""
    for number, piece in enumerate(pieces):
        ours_goes_on = text.startswith(said + piece["text"])
        for other, gap in piece["behind"]:
            longer = not ours_goes_on or len(other) > len(piece["text"])
            if gap <= NEAR_TIE and other and longer and text.startswith(said + other):
                return f"token {number}: ours {piece['text']!r}, theirs {other!r} {gap:.3f} behind", True
        if not ours_goes_on:
            return f"token {number}: ours {piece['text']!r}, theirs among {piece['behind']!r} or none of them", False
        said += piece["text"]
    return "no difference but the end", True


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    model, binary = sys.argv[1:]
    prompts = SETTLED + OPEN
    mine, f32, f16 = ours(model, binary, prompts), theirs(model, prompts, "F32"), theirs(model, prompts, "F16")
    agreed, open_agreed, open_itself, wide = 0, 0, 0, 0
    for number, (prompt, a, b, c) in enumerate(zip(prompts, mine, f32, f16, strict=True)):
        if number < len(SETTLED):
            agreed += same(a, b)
        else:
            open_agreed += same(a, b)
            open_itself += same(b, c)
        if same(a, b):
            continue
        words, tie = parting(a["pieces"], b["text"])
        wide += not tie
        print(f"{'near tie' if tie else 'APART   '} {prompt!r}: {words}")
    print(f"settled prompts: {agreed} of {len(SETTLED)} agree in the first {TOKENS} tokens (needed: {NEEDED})")
    print(f"open prompts: {open_agreed} of {len(OPEN)} agree, the others part at near ties: {wide} do not (needed: 0)")
    print(f"for scale: llama.cpp agrees with itself, f32 cache against f16, in {open_itself} of {len(OPEN)}")
    return 0 if agreed >= NEEDED and wide == 0 else 1


if __name__ == "__main__":
    sys.exit(main())

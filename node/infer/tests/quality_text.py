#!/usr/bin/env python3
"""Gathers the English text that quality is measured on, from what every checkout and every Python has: no download.

Usage: python node/infer/tests/quality_text.py > TEXT

Two sources take turns, a piece of each, so that the beginning of the text has both in equal parts:
- what the villagers say (assets/lines/*.toml, in the order of the file names): the prose that the product serves;
- the language reference that CPython ships as `pydoc_data.topics`: long sentences, indented examples.
A text of the same repository and the same Python is the same, byte for byte; its BLAKE2b-128 goes to standard error together
with the Python's version, because the second source changes with it.
"""

import hashlib
import pathlib
import platform
import sys
import tomllib
from pydoc_data import topics

PIECE_CHARS = 8192


def villagers() -> str:
    folder = pathlib.Path(__file__).resolve().parents[3] / "assets" / "lines"
    paragraphs = []
    for path in sorted(folder.glob("*.toml")):
        lines = tomllib.loads(path.read_text(encoding="utf-8"))["lines"]
        paragraphs += [" ".join(said) for said in lines.values()]
    return "\n\n".join(paragraphs)


def reference() -> str:
    return "\n".join(topics.topics[name] for name in sorted(topics.topics))


def main() -> int:
    sources = [villagers(), reference()]
    pieces = max(len(source) for source in sources) // PIECE_CHARS + 1
    starts = [piece * PIECE_CHARS for piece in range(pieces)]
    text = "".join(source[start : start + PIECE_CHARS] for start in starts for source in sources)
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    print(f"{len(text)} characters, BLAKE2b-128 {digest}, Python {platform.python_version()}", file=sys.stderr)
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

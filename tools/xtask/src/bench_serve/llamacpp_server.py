#!/usr/bin/env python3
"""llama.cpp's server for `cargo xtask bench serve --vs llamacpp`, and nothing else.

Usage: python llamacpp_server.py MODEL.gguf THREADS PARALLEL CONTEXT_PER_SLOT [ADAPTER.gguf ...]

Needs the PyPI package xllamacpp. Prints one JSON line with its port when it answers, then serves until its standard input
ends, so that it cannot outlive the program that started it. Everything that is not named here is llama.cpp's own default:
it chooses its cache's type, its batch sizes and its attention. Adapters are loaded without being applied; a request names
the one that it wants by its place in the list.
"""

import json
import os
import sys
from importlib.metadata import version
from urllib.parse import urlsplit

import xllamacpp


def settings(model: str, threads: int, parallel: int, context_per_slot: int, adapters: list[str]):
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.n_parallel = parallel
    params.cont_batching = True
    # Each slot has room of its own: a shared room would make every row of a batch look at all the others' tokens.
    params.kv_unified = False
    params.n_ctx = parallel * context_per_slot
    # What is chosen here must be what runs: without this the server may shrink the context to its guess of what fits.
    params.fit_params = False
    params.n_gpu_layers = 0
    # Every measured prompt is fresh; the case that measures a repeated beginning asks for the cache by itself.
    params.cache_prompt = False
    params.cache_ram_mib = 0
    params.ui = False
    params.verbosity = 1
    params.lora_init_without_apply = True
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 1.0) for path in adapters]
    return params


def main() -> int:
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    model, adapters = sys.argv[1], sys.argv[5:]
    threads, parallel, context_per_slot = (int(word) for word in sys.argv[2:5])
    server = xllamacpp.Server(settings(model, threads, parallel, context_per_slot, adapters))
    ready = {
        "ready": True,
        "port": urlsplit(server.listening_address).port,
        "version": f"xllamacpp {version('xllamacpp')}",
        "processor": str(xllamacpp.get_system_info()).strip(),
        "threads": threads,
        "slots": parallel,
        "context_per_slot": context_per_slot,
        "adapters": len(adapters),
    }
    print(json.dumps(ready), flush=True)
    sys.stdin.buffer.read()
    # Threads of the server may still be at work; there is nothing to put away.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())

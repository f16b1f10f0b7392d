#!/usr/bin/env python3
"""llama.cpp's server suite against emberd: the same behaviour in our words, with our model.

Owns the table of all cases of that suite: llamacpp_server_cases.tsv says of each that it is checked, or why it is skipped,
and the two modules beside hold a check for every one that can hold for a server of one text model. Refuses to start a server: base URL and token are
arguments, as tools/with-emberd gives them. Prints one line per case and exits with 1 if any check failed.
Source: llama.cpp, tools/server/tests/unit (the behaviour and the names of the cases; nothing is taken over).

    llamacpp_server_suite.py http://127.0.0.1:7391/v1 "$(cat "$XDG_DATA_HOME/emberwick/token")"

Needs: pip install openai
"""

import pathlib
import sys
import time

import llamacpp_server_chats
import llamacpp_server_completions
from llamacpp_server_door import CHECKS, Server, check

CASES = pathlib.Path(__file__).with_name("llamacpp_server_cases.tsv")
# Importing a module registers its checks.
MODULES = (llamacpp_server_chats, llamacpp_server_completions)


def listed_cases():
    lines = [line.split("\t") for line in CASES.read_text().splitlines() if not line.startswith("#")]
    cases = {(file, name): verdict for file, name, verdict in lines}
    checked = {key for key, verdict in cases.items() if verdict == "checked"}
    check(checked == set(CHECKS), f"the list and the checks differ: {sorted(checked ^ set(CHECKS))}")
    return cases


def main():
    server = Server(*sys.argv[1:3])
    passed, failed, skipped, ran = 0, 0, 0, {}
    for (file, name), verdict in listed_cases().items():
        if verdict != "checked":
            skipped += 1
            print(f"{file:28} {name:58} skipped         {verdict}")
            continue
        run, begun = CHECKS[file, name], time.monotonic()
        if run not in ran:
            try:
                run(server)
                ran[run] = "passes"
            except Exception as error:  # a check that breaks is a check that failed
                ran[run] = f"FAILS {type(error).__name__}: {error}"
        is_good = ran[run] == "passes"
        passed, failed = passed + is_good, failed + (not is_good)
        print(f"{file:28} {name:58} {ran[run]} {time.monotonic() - begun:6.2f} s", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

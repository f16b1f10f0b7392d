"""What the checks with the public `openai` client have in common.

Owns failing, the error that a refusal must give, and telling a list of checks: one line each. Refuses to know what is
checked and against which server.
"""

import time

import openai


class Failed(Exception):
    """A check that did not hold."""


def check(holds, what):
    if not holds:
        raise Failed(what)


def refused(kind, status, call):
    """Runs a call that must be refused and gives the error body."""
    try:
        call()
    except kind as error:
        check(error.status_code == status, f"status {error.status_code}, expected {status}")
        return error
    raise Failed(f"it was not refused with {kind.__name__}")


def connect(base_url, token):
    # Without retries: a request that only succeeds at the second try is a lost one.
    return openai.OpenAI(base_url=base_url, api_key=token, max_retries=0, timeout=600)


def run_all(checks, *given):
    """Runs every check with what is given, whatever the others do. Gives the exit status: 1 if any failed."""
    failures = 0
    for run in checks:
        begun = time.monotonic()
        try:
            outcome, detail = "ok", run(*given)
        except Exception as error:  # a check that breaks is a check that failed
            outcome, detail = "FAILED", f"{type(error).__name__}: {error}"
            failures += 1
        print(f"{run.__name__:20} {outcome:7} {time.monotonic() - begun:6.1f} s  {detail}", flush=True)
    print(f"openai {openai.__version__}: {len(checks) - failures} of {len(checks)} checks hold")
    return 1 if failures else 0

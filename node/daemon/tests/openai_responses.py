#!/usr/bin/env python3
"""`/v1/responses` as the public `openai` client sees it.

Owns a list of checks against a running emberd with a real model. Refuses to start one: base URL and token are
arguments, the same as those of `openai_client.py`. Prints one line per check and exits with 1 if any failed.

    openai_responses.py http://127.0.0.1:7391/v1 "$(cat "$XDG_DATA_HOME/emberwick/token")"

Needs: pip install openai
"""

import argparse
import sys
import time

import openai

from openai_checks import check, connect, refused, run_all

QUESTION = "Name three things a baker needs."
TOKENS = 24
OPENING = ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"]
ENDING = ["response.output_text.done", "response.content_part.done", "response.output_item.done"]


def respond(client, **more):
    arguments = {"model": "base", "input": QUESTION, "max_output_tokens": TOKENS, "temperature": 0}
    return client.responses.create(**{**arguments, **more})


def whole_response(client):
    answer = respond(client, store=True, metadata={"shop": "bakery"}, instructions="Be brief.")
    check(answer.id.startswith("resp_") and answer.output[0].id.startswith("msg_"), "ids")
    check(answer.output_text.strip(), "no text")
    check(answer.status in ("completed", "incomplete"), answer.status)
    check((answer.status == "incomplete") == (answer.incomplete_details is not None), "no reason")
    check(answer.metadata == {"shop": "bakery"} and answer.instructions == "Be brief.", "not repeated")
    check(answer.store is False, "it claims to be stored")
    usage = answer.usage
    check(usage.total_tokens == usage.input_tokens + usage.output_tokens, "usage does not add up")
    check(0 < usage.output_tokens <= TOKENS and usage.input_tokens_details.cached_tokens >= 0, "usage")
    return repr(answer.output_text[:48])


def streamed_response(client):
    whole = respond(client)
    names, text, numbers, last = [], "", [], None
    for event in respond(client, stream=True):
        names.append(event.type)
        numbers.append(event.sequence_number)
        if event.type == "response.output_text.delta":
            text += event.delta
        last = event
    check(numbers == list(range(len(numbers))), "sequence numbers have gaps")
    check(names[:4] == OPENING, f"{names[:4]}")
    check(names[-4:-1] == ENDING, f"{names[-4:]}")
    check(set(names[4:-4]) == {"response.output_text.delta"}, f"{set(names[4:-4])}")
    check(names[-1] == f"response.{last.response.status}", f"{names[-1]} with {last.response.status}")
    check(text == last.response.output_text == whole.output_text, "the stream differs from the whole answer")
    return f"{len(names)} events"


def stream_helper(client):
    with client.responses.stream(model="base", input=QUESTION, max_output_tokens=1024, temperature=0) as stream:
        snapshots = [event.snapshot for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    check(snapshots and snapshots[-1] == final.output_text, "the helper's snapshot differs from the end")
    return f"{len(snapshots)} snapshots"


def conversation(client):
    items = [
        {"role": "developer", "content": "You are a miller."},
        {"role": "user", "content": [{"type": "input_text", "text": "Good "}, {"type": "input_text", "text": "day."}]},
        {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed",
         "content": [{"type": "output_text", "text": "Good day to you.", "annotations": []}]},
        {"role": "user", "content": "How is the flour?"},
    ]
    first = respond(client, input=items)
    again = respond(client, input=items)
    check(first.output_text == again.output_text, "greedy answers differ")
    check(again.usage.input_tokens_details.cached_tokens > 0, "the conversation was computed twice")
    grown = respond(client, input=[*items, *first.output, {"role": "user", "content": "And the mill?"}])
    check(grown.usage.input_tokens > first.usage.input_tokens, "the earlier output was lost")
    return repr(grown.output_text[:48])


def seeds_repeat(client):
    texts = [respond(client, temperature=0.9, extra_body={"seed": seed}).output_text for seed in (1, 1, 2, 3)]
    check(texts[0] == texts[1], "the same seed gave two texts")
    check(len(set(texts)) > 1, "three seeds gave one text")
    return f"{len(set(texts))} texts of 3 seeds"


def what_is_refused(client):
    cases = [("previous_response_id", "resp_1"), ("temperature", "hot"), ("input", []), ("max_output_tokens", -1),
             ("tools", [{"type": "function", "name": "f", "parameters": {}}]), ("background", True)]
    for name, value in cases:
        error = refused(openai.BadRequestError, 400, lambda: respond(client, **{name: value}))
        check(error.param == name, f"{name} is called {error.param}")
    error = refused(openai.NotFoundError, 404, lambda: respond(client, model="gpt-4"))
    check(error.code == "model_not_found", error.code)
    stranger = client.with_options(api_key="wrong")
    refused(openai.AuthenticationError, 401, lambda: respond(stranger))
    return f"{len(cases) + 2} refusals"


def hanging_up(client):
    stream = respond(client, stream=True, max_output_tokens=1024)
    next(iter(stream))
    stream.close()
    begun = time.monotonic()
    respond(client, max_output_tokens=1)
    return f"next answer after {(time.monotonic() - begun) * 1000:.0f} ms"


CHECKS = [whole_response, streamed_response, stream_helper, conversation, seeds_repeat, what_is_refused, hanging_up]


def main():
    parser = argparse.ArgumentParser(description="Checks the responses of a running emberd with the openai client.")
    parser.add_argument("base_url")
    parser.add_argument("token")
    parser.add_argument("--clients", type=int, default=0, help="accepted for the sake of openai_client.py; not used")
    args = parser.parse_args()
    return run_all(CHECKS, connect(args.base_url, args.token))


if __name__ == "__main__":
    sys.exit(main())

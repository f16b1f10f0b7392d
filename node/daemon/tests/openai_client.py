#!/usr/bin/env python3
"""The door as the public `openai` client sees it.

Owns a list of checks against a running emberd with a real model. Refuses to start one: base URL and token are
arguments. Prints one line per check and exits with 1 if any failed.

    openai_client.py http://127.0.0.1:7391/v1 "$(cat "$XDG_DATA_HOME/emberwick/token")" [--clients 200]

Needs: pip install openai
"""

import argparse
import json
import sys
import threading
import time

import openai

from openai_checks import check, connect, refused, run_all

QUESTION = [{"role": "user", "content": "Name three things a baker needs."}]
WORD_TOKENS = 8
OVERLONG_WORDS = 60_000
OVERLARGE_ROUNDS = 20


def chat(client, **more):
    arguments = {"model": "base", "messages": QUESTION, "max_tokens": 32, "seed": 7, "temperature": 0.8}
    return client.chat.completions.create(**{**arguments, **more})


def whole_chat(client, _args):
    answer = chat(client)
    text, usage = answer.choices[0].message.content, answer.usage
    check(text and text.strip(), "no text")
    check(answer.choices[0].finish_reason in ("stop", "length"), answer.choices[0].finish_reason)
    check(0 < usage.completion_tokens <= 32, f"{usage.completion_tokens} tokens")
    check(usage.total_tokens == usage.prompt_tokens + usage.completion_tokens, "usage does not add up")
    return repr(text[:48])


def streamed_chat(client, _args):
    begun = time.monotonic()
    first_s, pieces, reason, usage = None, [], None, None
    for chunk in chat(client, stream=True, stream_options={"include_usage": True}):
        if chunk.usage is not None:
            usage = chunk.usage
        for choice in chunk.choices:
            if choice.delta.content:
                first_s = first_s or time.monotonic() - begun
                pieces.append(choice.delta.content)
            reason = choice.finish_reason or reason
    check(pieces and usage is not None and reason in ("stop", "length"), "no text, usage or reason")
    check("".join(pieces) == chat(client).choices[0].message.content, "the stream differs from the whole answer")
    return f"{len(pieces)} pieces, first after {first_s * 1000:.0f} ms"


def seeds_repeat(client, _args):
    texts = [chat(client, seed=seed).choices[0].message.content for seed in (1, 1, 2, 3)]
    check(texts[0] == texts[1], "the same seed gave two texts")
    check(len(set(texts)) > 1, "three seeds gave one text")
    greedy = [chat(client, seed=seed, temperature=0).choices[0].message.content for seed in (1, 2)]
    check(greedy[0] == greedy[1], "greedy depends on the seed")
    return f"{len(set(texts))} texts of 3 seeds"


def stop_strings(client, _args):
    full = chat(client, temperature=0).choices[0].message.content
    word = next(word for word in full.split()[1:] if len(word) > 3)
    for stop in (word, ["never said", word]):
        answer = chat(client, temperature=0, stop=stop).choices[0]
        check(answer.message.content == full.split(word)[0], f"{answer.message.content!r} does not end before {word!r}")
        check(answer.finish_reason == "stop", answer.finish_reason)
    return f"stopped before {word!r}"


def whole_completion(client, _args):
    answer = client.completions.create(model="base", prompt="The old mill stood", max_tokens=WORD_TOKENS, seed=1)
    check(answer.choices[0].text.strip(), "no text")
    check(answer.usage.completion_tokens == WORD_TOKENS, f"{answer.usage.completion_tokens} tokens")
    check(answer.choices[0].finish_reason == "length", answer.choices[0].finish_reason)
    return repr(answer.choices[0].text)


def streamed_completion(client, _args):
    stream = client.completions.create(
        model="base", prompt=["The old mill stood"], max_tokens=WORD_TOKENS, seed=1, stream=True)
    text = "".join(choice.text for chunk in stream for choice in chunk.choices)
    whole = client.completions.create(model="base", prompt="The old mill stood", max_tokens=WORD_TOKENS, seed=1)
    check(text == whole.choices[0].text, "the stream differs from the whole answer")
    return repr(text)


def models_listed(client, _args):
    ids = [model.id for model in client.models.list()]
    check(len(ids) == 1, f"{ids}")
    check(client.models.retrieve(ids[0]).id == ids[0], "the listed model is not found")
    chat(client, model=ids[0], max_tokens=1)
    return ids[0]


def wrong_token(client, _args):
    stranger = client.with_options(api_key="wrong")
    error = refused(openai.AuthenticationError, 401, lambda: chat(stranger))
    check(error.code == "invalid_api_key", error.code)
    return error.code


def bad_fields(client, _args):
    named = []
    for name, value in (("temperature", "hot"), ("n", 99), ("max_tokens", -2), ("top_p", 7), ("stop", 5), ("seed", "x"),
                        ("presence_penalty", 3), ("messages", "hello"), ("logprobs", "yes")):
        error = refused(openai.BadRequestError, 400, lambda: chat(client, **{name: value}))
        check(error.param == name, f"{name} is called {error.param}")
        check(name in str(error), "the message does not name it")
        named.append(name)
    return f"{len(named)} fields named"


PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer", "maximum": 120, "minimum": 0}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
BUY = {"type": "function", "function": {"name": "buy", "description": "Buys a thing.", "parameters": {
    "type": "object", "properties": {"what": {"enum": ["bread", "milk"]}}, "required": ["what"],
    "additionalProperties": False}}}


def several_answers(client, _args):
    answer = chat(client, n=3, max_tokens=WORD_TOKENS)
    check([choice.index for choice in answer.choices] == [0, 1, 2], "the numbers are wrong")
    texts = [choice.message.content for choice in answer.choices]
    check(len(set(texts)) > 1, "three draws gave one text")
    check(texts[0] == chat(client, max_tokens=WORD_TOKENS).choices[0].message.content, "the first is not that of its seed")
    streamed = ["", "", ""]
    for chunk in chat(client, n=3, max_tokens=WORD_TOKENS, stream=True):
        for choice in chunk.choices:
            streamed[choice.index] += choice.delta.content or ""
    check(streamed == texts, "the stream differs from the whole answer")
    return f"{len(set(texts))} texts"


def log_probabilities(client, _args):
    answer = chat(client, logprobs=True, top_logprobs=3, temperature=0, max_tokens=WORD_TOKENS).choices[0]
    tokens = answer.logprobs.content
    spelled = b"".join(bytes(token.bytes) for token in tokens).decode("utf-8", "replace")
    check(spelled == answer.message.content, f"{spelled!r} is not {answer.message.content!r}")
    for token in tokens:
        check(len(token.top_logprobs) == 3 and token.logprob <= 0, "no alternatives")
        check(token.top_logprobs[0].token == token.token, "greedy did not take the most probable one")
    lists = client.completions.create(model="base", prompt="The old mill stood", max_tokens=4, logprobs=2).choices[0].logprobs
    check(len(lists.tokens) == len(lists.token_logprobs) == len(lists.text_offset) == 4, "the lists differ in length")
    return f"{len(tokens)} tokens"


def structured_answers(client, _args):
    kind = {"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": PERSON}}
    for seed in range(3):
        answer = chat(client, response_format=kind, max_tokens=96, seed=seed).choices[0]
        if answer.finish_reason == "stop":
            person = json.loads(answer.message.content)
            check(set(person) == {"name", "age"} and 0 <= person["age"] <= 120, f"{person}")
    chosen = chat(client, extra_body={"guided_choice": ["yes", "no"]}).choices[0].message.content
    check(chosen in ("yes", "no"), repr(chosen))
    spelled = chat(client, extra_body={"structured_outputs": {"regex": "[a-c]{4}"}}).choices[0].message.content
    check(len(spelled) == 4 and set(spelled) <= set("abc"), repr(spelled))
    error = refused(openai.BadRequestError, 400, lambda: chat(client, extra_body={"guided_regex": "("}))
    check(error.param == "guided_regex", f"{error.param}")
    return f"{chosen}, {spelled}"


def functions_called(client, _args):
    named = {"type": "function", "function": {"name": "buy"}}
    for choice in ("required", named):
        answer = chat(client, tools=[BUY], tool_choice=choice, max_tokens=96).choices[0]
        check(answer.finish_reason == "tool_calls", answer.finish_reason)
        call = answer.message.tool_calls[0]
        arguments = json.loads(call.function.arguments)
        check(call.function.name == "buy" and arguments["what"] in ("bread", "milk"), f"{arguments}")
    pieces = [piece for chunk in chat(client, tools=[BUY], tool_choice=named, max_tokens=96, stream=True)
              for choice in chunk.choices for piece in choice.delta.tool_calls or []]
    streamed = json.loads("".join(piece.function.arguments or "" for piece in pieces))
    check(pieces[0].function.name == "buy" and streamed["what"] in ("bread", "milk"), f"{streamed}")
    back = QUESTION + [answer.message.model_dump(exclude_none=True),
                       {"role": "tool", "tool_call_id": call.id, "content": "bought"}]
    check(chat(client, messages=back, tools=[BUY]).choices[0].message is not None, "no answer after the call")
    return f"{arguments}"


def texts_embedded(client, _args):
    texts = ["The baker bakes bread.", "A baker is baking a loaf.", "Seven stars fell."]
    # The client asks for base64 unless it is told otherwise, and decodes it.
    vectors = [entry.embedding for entry in client.embeddings.create(model="base", input=texts).data]
    numbers = client.embeddings.create(model="base", input=texts[0], encoding_format="float").data[0].embedding
    dot = lambda a, b: sum(x * y for x, y in zip(a, b))
    check(max(abs(a - b) for a, b in zip(vectors[0], numbers)) < 1e-6, "base64 and numbers differ")
    check(abs(dot(numbers, numbers) - 1) < 1e-4, "the length is not 1")
    refused(openai.BadRequestError, 400, lambda: client.embeddings.create(model="base", input="x", dimensions=8))
    return f"{len(numbers)} dimensions, {dot(vectors[0], vectors[1]):.3f} alike, {dot(vectors[0], vectors[2]):.3f} not"


def adapters_speak(client, _args):
    adapters = [model.id for model in client.models.list() if getattr(model, "parent", None)]
    for adapter in adapters[:4]:
        check(chat(client, model=adapter, max_tokens=WORD_TOKENS).model == adapter, "another model answered")
    refused(openai.NotFoundError, 404, lambda: chat(client, model="base:nobody"))
    error = refused(openai.NotFoundError, 404, lambda: chat(client, extra_body={"adapter_id": "nobody"}))
    check(error.code == "adapter_not_found", error.code)
    return f"{len(adapters)} adapters"


def unknown_fields(client, _args):
    chat(client, max_tokens=1, user="someone", extra_body={"a_field_of_tomorrow": {"x": 1}})
    return "accepted"


def overlong_prompt(client, _args):
    long = [{"role": "user", "content": "word " * OVERLONG_WORDS}]
    error = refused(openai.BadRequestError, 400, lambda: chat(client, messages=long))
    check(error.code == "context_length_exceeded", error.code)
    longer = [{"role": "user", "content": "word " * (OVERLONG_WORDS * 3)}]
    error = refused(openai.BadRequestError, 400, lambda: chat(client, messages=longer))
    check(error.code == "context_length_exceeded", error.code)
    return error.code


def overlarge_body(client, _args):
    huge = [{"role": "user", "content": "word " * (OVERLONG_WORDS * 10)}]
    for _ in range(OVERLARGE_ROUNDS):
        error = refused(openai.APIStatusError, 413, lambda: chat(client, messages=huge))
        check(error.response.headers.get("connection") == "close", "the answer does not say that the connection ends")
        # The refused connection must not be the one that the client asks over next.
        client.models.list()
    return f"413, {OVERLARGE_ROUNDS} times, and the next answer each time"


def unknown_model(client, _args):
    error = refused(openai.NotFoundError, 404, lambda: chat(client, model="gpt-4"))
    check(error.code == "model_not_found", error.code)
    refused(openai.NotFoundError, 404, lambda: client.models.retrieve("gpt-4"))
    return error.code


def control_tokens(client, _args):
    plain = chat(client, max_tokens=1, messages=[{"role": "user", "content": "end"}]).usage.prompt_tokens
    armed = chat(client, max_tokens=1, messages=[{"role": "user", "content": "<|im_end|>"}]).usage.prompt_tokens
    check(armed > plain + 1, f"{armed} tokens with a control token spelled out, {plain} with a word")
    return "spelled out"


def hanging_up(client, _args):
    stream = chat(client, stream=True, max_tokens=1024, extra_body={"ignore_eos": True})
    next(iter(stream))
    stream.close()
    begun = time.monotonic()
    chat(client, max_tokens=1)
    return f"next answer after {(time.monotonic() - begun) * 1000:.0f} ms"


def many_clients(client, args):
    lock, done, errors, waits_s, tokens = threading.Lock(), [0], [], [], [0]
    gate = threading.Barrier(args.clients + 1)

    def one(index):
        gate.wait()
        begun = time.monotonic()
        try:
            content = f"Client {index}: say hello."
            message = [{"role": "user", "content": content}]
            if index % 2:
                answer = chat(client, messages=message, max_tokens=WORD_TOKENS, seed=index)
                text, count = answer.choices[0].message.content, answer.usage.completion_tokens
            else:
                text, count = "", 0
                for chunk in chat(client, messages=message, max_tokens=WORD_TOKENS, seed=index, stream=True,
                                  stream_options={"include_usage": True}):
                    count = chunk.usage.completion_tokens if chunk.usage else count
                    text += "".join(choice.delta.content or "" for choice in chunk.choices)
            check(count > 0, "no tokens")
            with lock:
                done[0] += 1
                tokens[0] += count
                waits_s.append(time.monotonic() - begun)
        except Exception as error:  # every kind of loss counts the same here
            with lock:
                errors.append(f"client {index}: {type(error).__name__} {error}")

    threads = [threading.Thread(target=one, args=(index,)) for index in range(args.clients)]
    for thread in threads:
        thread.start()
    gate.wait()
    begun = time.monotonic()
    for thread in threads:
        thread.join()
    took_s = time.monotonic() - begun
    check(not errors, f"{len(errors)} of {args.clients} lost; {errors[:1]}")
    check(done[0] == args.clients, f"{done[0]} done")
    waits_s.sort()
    middle_s, last_s = waits_s[len(waits_s) // 2], waits_s[-1]
    return f"{done[0]} done in {took_s:.1f} s ({tokens[0] / took_s:.1f} tok/s); median {middle_s:.1f} s, last {last_s:.1f} s"


CHECKS = [whole_chat, streamed_chat, seeds_repeat, stop_strings, whole_completion, streamed_completion, models_listed,
          wrong_token, bad_fields, several_answers, log_probabilities, structured_answers, functions_called, texts_embedded,
          adapters_speak, unknown_fields, overlong_prompt, overlarge_body, unknown_model, control_tokens, hanging_up,
          many_clients]


def main():
    parser = argparse.ArgumentParser(description="Checks a running emberd with the openai client.")
    parser.add_argument("base_url")
    parser.add_argument("token")
    parser.add_argument("--clients", type=int, default=200)
    args = parser.parse_args()
    return run_all(CHECKS, connect(args.base_url, args.token), args)


if __name__ == "__main__":
    sys.exit(main())

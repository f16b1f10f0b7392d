"""llama.cpp's server suite, all but its completions: what the server tells of itself, who may come in, chats, functions,
responses, tokens and vectors.

Owns the checks of these cases. Refuses to start a server.
Source: llama.cpp, tools/server/tests/unit (the behaviour and the names of the cases; nothing is taken over).
"""

import base64
import json
import re
import struct
import time

from llamacpp_server_door import BOOK, COMMON, LIFE, case, check, same

TOOL = {"type": "function", "function": {"name": "test", "description": "", "parameters": {
    "type": "object", "properties": {"success": {"type": "boolean", "const": True}}, "required": ["success"]}}}


# What the server tells of itself.

@case("basic", "server_start_simple")
@case("security", "access_public_endpoint")
def health(server):
    for path in ("/health", "/v1/health"):
        answer = server.get(path, headers={"Authorization": None})
        check(answer.status == 200 and answer.body.get("error") is None, f"{answer.status}")


@case("basic", "server_props")
def props(server):
    body = server.get("/props").body
    check(".gguf" in body["model_path"] and body["total_slots"] > 0, f"{body}")
    same(body["default_generation_settings"]["params"]["seed"], 2**32 - 1)


@case("basic", "server_models")
def models(server):
    bodies = [server.get(path).body for path in ("/models", "/v1/models")]
    same(bodies[0], bodies[1])
    same([model["id"] for model in bodies[0]["data"]], [server.get("/props").body["model_alias"]])


@case("basic", "server_slots")
@case("metrics", "metrics_slots_idle_after_completion")
def slots(server):
    server.complete()
    body = server.get("/slots").body
    same(len(body), server.get("/props").body["total_slots"])
    check(all(slot["n_ctx"] == server.n_ctx and "params" not in slot for slot in body), f"{body[0]}")
    check(not any(slot["is_processing"] for slot in body), "a slot is busy")


@case("basic", "no_ui")
def no_page(server):
    same(server.get("/").status, 404)


# Who may come in.

@case("security", "incorrect_api_key")
def wrong_token(server):
    for token in (None, "Bearer invalid-key"):
        answer = server.post("/completions", {"prompt": LIFE}, headers={"Authorization": token})
        check(answer.status == 401 and "error" in answer.body, f"{answer.status}")


@case("security", "correct_api_key")
def right_token(server):
    check(server.good("/completions", {"prompt": LIFE, "n_predict": 4})["content"], "no text")


@case("security", "openai_library_correct_api_key")
def right_token_without_v1(server):
    client = server.client.with_options(base_url=server.root)
    same(len(client.chat.completions.create(model="base", messages=BOOK, max_tokens=4).choices), 1)


@case("security", "cors_origins_localhost_rejects")
def foreign_pages(server):
    for origin in ("http://web.mydomain.fr", "http://evil.com", "http://notlocalhost", "http://localhost.evil.com"):
        same(server.get("/props", headers={"Origin": origin}).status, 403)


# Chats.

@case("chat_completion", "chat_completion", "chat_completion_with_openai_library")
def chat(server):
    parts = [{"type": "text", "text": "What is the "}, {"type": "text", "text": "best book"}]
    split = [BOOK[0], {"role": "user", "content": parts}]
    bodies = [server.chat(temperature=0, messages=messages) for messages in (BOOK, split)]
    same(bodies[0]["choices"], bodies[1]["choices"])
    choice, usage = bodies[0]["choices"][0], bodies[0]["usage"]
    same((choice["message"]["role"], choice["finish_reason"], usage["completion_tokens"]), ("assistant", "length", 8))
    prompt = server.good("/apply-template", {"messages": BOOK})["prompt"]
    same(usage["prompt_tokens"], len(server.tokens(prompt)))
    check("cmpl" in bodies[0]["id"], bodies[0]["id"])
    answer = server.client.chat.completions.create(model="base", messages=BOOK, max_tokens=8, temperature=0)
    same(answer.choices[0].message.content, choice["message"]["content"])


@case("chat_completion", "chat_completion_cached_tokens")
def cached_tokens(server):
    stamp, last = time.monotonic_ns(), None
    for text, least in (("1 2 3 4 5 6", 0), ("1 2 3 4 5 6", 1), ("1 2 3 4 5 9", 1), ("1 2 3 9 9 9", 1)):
        messages = [{"role": "system", "content": f"Test {stamp}"}, {"role": "user", "content": text}]
        usage = server.chat(messages=messages)["usage"]
        cached = usage["prompt_tokens_details"]["cached_tokens"]
        check(least <= cached < usage["prompt_tokens"], f"{cached} of {usage['prompt_tokens']} for {text}")
        check(last is None or least == 0 or text == "1 2 3 4 5 6" or cached <= last, f"{cached} after {last}")
        last = cached


@case("chat_completion", "chat_completion_stream")
def streamed_chat(server):
    body = {"model": "base", "messages": BOOK, "max_tokens": 8, "seed": 1, "stream_options": {"include_usage": True}}
    events = server.events("/chat/completions", body)
    same(len({event["id"] for event in events}), 1)
    deltas = [event["choices"][0] for event in events if event["choices"]]
    same((deltas[0]["delta"]["role"], any("role" in delta["delta"] for delta in deltas[1:])), ("assistant", False))
    same((deltas[-1]["finish_reason"], deltas[-1]["delta"].get("content")), ("length", None))
    same(events[-1]["usage"]["completion_tokens"], 8)


@case("chat_completion", "apply_chat_template")
@case("template", "add_generation_prompt")
def templates(server):
    opened, closed = (server.good("/apply-template", {"messages": BOOK, "add_generation_prompt": opens})["prompt"] for opens in (True, False))
    check(opened.startswith(closed) and opened.removeprefix(closed).strip().endswith("assistant"), repr(opened))
    check(all(message["content"] in closed for message in BOOK), repr(closed))


@case("chat_completion", "chat_template_continue_final_message_vllm_compat",
      "chat_template_continue_final_message_mutual_exclusion")
def begun_answers(server):
    begun = [*BOOK, {"role": "assistant", "content": "Great book! It is"}]
    goes_on = {"messages": begun, "add_generation_prompt": False, "continue_final_message": True}
    opened, prompt = (server.good("/apply-template", body)["prompt"] for body in ({"messages": BOOK}, goes_on))
    same(prompt, opened + "Great book! It is")
    answer = server.chat(temperature=0, **goes_on)
    same(answer["usage"]["prompt_tokens"], len(server.tokens(prompt)))
    same(answer["choices"][0]["message"]["content"], server.complete(prompt, temperature=0)["content"])
    for path in ("/apply-template", "/chat/completions"):
        server.refused(path, {"model": "base", **goes_on, "add_generation_prompt": True})


@case("chat_completion", "chat_completion_with_timings_per_token")
def times(server):
    wish = {"model": "base", "messages": BOOK, "max_tokens": 8, "ignore_eos": True, "timings_per_token": True,
            "stream_options": {"include_usage": True}}
    first, *rest = server.events("/chat/completions", wish)
    check("timings" not in first, f"{first}")
    counts = [event["timings"]["predicted_n"] for event in rest]
    check(counts == sorted(counts) and counts[-1] == rest[-1]["usage"]["completion_tokens"] == 8, f"{counts}")
    check(all(rest[-1]["timings"][name] > 0 for name in ("prompt_per_second", "predicted_per_second")), f"{rest[-1]}")


@case("chat_completion", "completion_with_response_format", "completion_with_json_schema")
def schemas(server):
    text = lambda **more: server.chat(max_tokens=24, **more)["choices"][0]["message"]["content"]
    const = {"const": "42"}
    same(json.loads(text(response_format={"type": "json_object", "schema": const})), "42")
    same(json.loads(text(response_format={"type": "json_schema", "json_schema": {"schema": {"const": "foooooo"}}})), "foooooo")
    check(text(response_format={"type": "json_object"}).startswith("{"), "no object")
    same((json.loads(text(json_schema=const)), json.loads(server.complete(json_schema=const)["content"])), ("42", "42"))
    for wrong in ({"type": "sound"}, *({"type": "json_object", "schema": schema} for schema in (123, {"type": 123}, {"type": "hiccup"}))):
        server.refused("/chat/completions", {"model": "base", "messages": BOOK, "response_format": wrong})


@case("chat_completion", "completion_with_grammar", "completion_with_invalid_grammar")
def grammars(server):
    same(server.chat(grammar='root ::= "a"{5,5}')["choices"][0]["message"]["content"], "aaaaa")
    same(server.complete(grammar='root ::= "a"{5,5}')["content"], "aaaaa")
    wrong = {"model": "base", "messages": BOOK, "grammar": "root ::= this is (not valid GBNF"}
    check("grammar" in server.refused("/chat/completions", wrong)["message"], "the field is not named")


@case("chat_completion", "invalid_chat_completion_req")
def wrong_messages(server):
    system = {"role": "system", "content": "test"}
    for messages in (None, "string", [123], [{}], [{"role": 123}], [{**system, "content": 123}], [system, {}]):
        server.refused("/chat/completions", {"model": "base", "messages": messages})


@case("chat_completion", "logprobs", "logprobs_stream")
def log_probabilities(server):
    asked = {"model": "base", "messages": BOOK, "temperature": 0, "max_tokens": 5, "logprobs": True, "top_logprobs": 10}
    whole = server.client.chat.completions.create(**asked).choices[0]
    stream = [chunk.choices[0] for chunk in server.client.chat.completions.create(**asked, stream=True)]
    streamed = [token for piece in stream if piece.logprobs for token in piece.logprobs.content]
    for tokens in (whole.logprobs.content, streamed):
        same("".join(token.token for token in tokens), whole.message.content)
        check(all(token.logprob <= 0 and token.bytes and len(token.top_logprobs) == 10 for token in tokens), "an entry is wrong")


@case("chat_completion", "logit_bias")
def chat_biases(server):
    bias = {token: -100 for token in server.tokens(" " + " ".join(COMMON) + " ")}
    text = server.client.chat.completions.create(
        model="base", messages=BOOK, temperature=0, max_tokens=48, logit_bias=bias).choices[0].message.content
    check(text and not any(f" {word} " in text for word in COMMON), repr(text))


@case("chat_completion", "context_size_exceeded", "context_size_exceeded_stream")
def overlong_chat(server):
    long = [BOOK[0], {"role": "user", "content": "well " * (server.n_ctx + 64)}]
    for stream in (False, True):
        error = server.refused("/chat/completions", {"model": "base", "messages": long, "stream": stream})
        same(error["code"], "context_length_exceeded")
        same(len(re.findall(r"\d+", error["message"])), 2)


@case("chat_completion", "chat_completions_multiple_choices")
def several_choices(server):
    for _ in range(2):
        choices = server.chat(n=2, id_slot=0)["choices"]
        same([(choice["index"], choice["message"]["role"]) for choice in choices], [(0, "assistant"), (1, "assistant")])


@case("chat_completion", "chat_completions_token_count")
def counted_tokens(server):
    body = {"model": "base", "messages": BOOK}
    counted = server.good("/chat/completions/input_tokens", body)["input_tokens"]
    same(counted, server.chat(max_tokens=1)["usage"]["prompt_tokens"])


@case("tool_call", "completion_with_required_tool_real_model")
def required_tool(server):
    asked = {"tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False, "max_tokens": 64, "temperature": 0}
    [call] = server.chat(**asked)["choices"][0]["message"]["tool_calls"]
    arguments = json.loads(call["function"]["arguments"])
    same((call["function"]["name"], arguments["success"]), ("test", True))
    events = server.events("/chat/completions", {"model": "base", "messages": BOOK, **asked})
    pieces = [piece for event in events for choice in event["choices"] for piece in choice["delta"].get("tool_calls") or []]
    same(json.loads("".join(piece["function"].get("arguments") or "" for piece in pieces)), arguments)


@case("tool_call", "completion_without_tool_call_fast")
def no_tool(server):
    for asked in ({"tools": []}, {"tools": [TOOL], "tool_choice": "none"}):
        message = server.chat(**asked, max_tokens=24, temperature=0)["choices"][0]["message"]
        check(message.get("tool_calls") is None and message["content"], f"{message}")


@case("compat_oai_responses", "responses_with_openai_library", "responses_stream_with_openai_library")
def responses(server):
    asked = {"model": "base", "input": BOOK, "max_output_tokens": 8, "temperature": 0}
    whole = server.client.responses.create(**asked)
    check(whole.id.startswith("resp_") and whole.output[0].id.startswith("msg_") and whole.output_text, f"{whole}")
    events = list(server.client.responses.create(**asked, stream=True))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    same((text, events[-1].response.output_text), (whole.output_text, whole.output_text))
    same(len({event.item_id for event in events if hasattr(event, "item_id")}), 1)
    same(events[0].response.id, events[-1].response.id)


# Tokens and vectors.

@case("tokenize", "tokenize_detokenize", "tokenize_with_bos", "tokenize_with_pieces")
def tokens(server):
    text = "What is the capital of France ?"
    same(server.good("/detokenize", {"tokens": server.tokens(text)})["content"], text)
    # Which token begins a sequence, and whether one does, is the model's: it comes first or not at all.
    same(server.tokens(text, add_special=True)[-len(server.tokens(text)):], server.tokens(text))
    text = "This is a test string with unicode 媽 and emoji 🤗"
    pieces = [token["piece"] for token in server.tokens(text, with_pieces=True)]
    same(b"".join(piece.encode() if isinstance(piece, str) else bytes(piece) for piece in pieces).decode(), text)


@case("embedding", "embedding_single", "embedding_multiple", "embedding_multiple_with_fa", "embedding_pooling_mean",
      "embedding_pooling_mean_multiple", "embedding_openai_library_single", "embedding_openai_library_multiple",
      "same_prompt_give_same_result")
def vectors(server):
    texts = [LIFE, "This is a test", LIFE, *(letter * count for letter, count in (("a ", 253), ("b ", 256)))]
    data = [entry["embedding"] for entry in server.embed(texts)["data"]]
    same((len(data), data[0]), (len(texts), data[2]))
    check(all(abs(sum(x * x for x in vector) - 1) < 1e-3 for vector in data), "the length is not 1")
    public = [entry.embedding for entry in server.client.embeddings.create(model="base", input=texts[:2]).data]
    check(all(abs(x - y) < 1e-3 for a, b in zip(public, data) for x, y in zip(a, b)), "the public client sees others")


@case("embedding", "embedding_invalid_input", "embedding_error_prompt_too_long")
def wrong_texts(server):
    for texts in (None, [], {}, [None], 5, [[]], server.filler(server.n_ctx + 1)):
        server.refused("/v1/embeddings", {"model": "base", "input": texts})


@case("embedding", "embedding_usage_single", "embedding_usage_multiple")
def embedded_tokens(server):
    for texts in (LIFE, [LIFE, LIFE]):
        usage, count = server.embed(texts)["usage"], 1 if texts == LIFE else 2
        same((usage["prompt_tokens"], usage["total_tokens"]), (count * len(server.tokens(LIFE)),) * 2)


@case("embedding", "embedding_openai_library_base64")
def base64_vectors(server):
    numbers, text = (server.embed("Test", encoding_format=form)["data"][0]["embedding"] for form in ("float", "base64"))
    read = struct.unpack(f"<{len(numbers)}f", base64.b64decode(text))
    check(all(abs(x - y) < 1e-6 for x, y in zip(read, numbers)), "they differ")

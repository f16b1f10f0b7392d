"""llama.cpp's server suite, its completions: prompts, draws, stops, probabilities, contexts, metrics and times.

Owns the checks of these cases. Refuses to start a server.
Source: llama.cpp, tools/server/tests/unit (the behaviour and the names of the cases; nothing is taken over).
"""

import concurrent.futures
import time

from llamacpp_server_door import COMMON, LIFE, Failed, case, check, same


@case("completion", "completion")
def completion(server):
    for n_predict, with_tokens in ((8, False), (24, True)):
        prompt = f"{LIFE} {time.monotonic_ns()}"
        body = server.complete(prompt, n_predict=n_predict, return_tokens=with_tokens, ignore_eos=True, seed=1)
        timings = body["timings"]
        same(timings["prompt_n"] + timings["cache_n"], len(server.tokens(prompt)))
        same((timings["predicted_n"], body["truncated"], type(body["has_new_line"])), (n_predict, False, bool))
        same(len(body["tokens"]), n_predict if with_tokens else 0)
        check(body["content"].strip(), "no text")


@case("completion", "completion_stream")
def streamed_completion(server):
    events = server.events("/completion", {"prompt": LIFE, "n_predict": 16, "seed": 42, "ignore_eos": True})
    last = events[-1]
    check(all(event["tokens"] and not event["stop"] for event in events[:-1]), "a piece without tokens")
    same((last["stop"], last["stop_type"], last["timings"]["predicted_n"]), (True, "limit", 16))
    settings = last["generation_settings"]
    same((settings["n_predict"], settings["seed"]), (16, 42))


@case("completion", "completion_stream_vs_non_stream")
def streamed_is_whole(server):
    body = {"prompt": LIFE, "n_predict": 8, "seed": 3}
    same("".join(event["content"] for event in server.events("/completion", body)), server.complete(seed=3)["content"])


@case("completion", "completion_with_openai_library", "completion_stream_with_openai_library")
@case("ctx_shift", "ctx_shift_disabled_stream")
def public_client(server):
    asked = {"model": "base", "prompt": LIFE, "max_tokens": 8, "seed": 5, "extra_body": {"ignore_eos": True}}
    whole = server.client.completions.create(**asked).choices[0]
    check(whole.finish_reason == "length" and whole.text.strip(), f"{whole}")
    pieces = [chunk.choices[0] for chunk in server.client.completions.create(**asked, stream=True)]
    same("".join(piece.text for piece in pieces), whole.text)
    same({piece.finish_reason for piece in pieces[:-1]} | {pieces[-1].finish_reason}, {None, "length"})


@case("completion", "completion_stream_with_openai_library_stops")
def stop_strings(server):
    chat = "System: You are a helpful assistant.\nAssistant:\nHey! How could I help?\nUser:\nTell me a joke.\nAssistant:\n"
    stops = ["User:\n", "Assistant:\n"]
    stream = server.client.completions.create(model="base", prompt=chat, stop=stops, max_tokens=64, temperature=0, stream=True)
    text = "".join(chunk.choices[0].text for chunk in stream)
    check(text and not any(stop in text for stop in stops), repr(text))


@case("completion", "consistent_result_same_seed", "consistent_result_different_batch_size", "cache_vs_nocache_prompt")
@case("speculative", "multi_requests_parallel")
def same_seed(server):
    for more in ({"temperature": 0}, {"temperature": 1, "seed": 42}):
        alone = [server.complete(n_predict=16, cache_prompt=cached, **more)["content"] for cached in (True, False)]
        crowd = server.together([lambda: server.complete(n_predict=16, **more)["content"]] * 6)
        same(len(set(alone + crowd)), 1)


@case("completion", "different_result_different_seed")
def different_seed(server):
    texts = {server.complete(n_predict=16, seed=seed, temperature=1)["content"] for seed in range(4)}
    same(len(texts), 4)


@case("completion", "nocache_long_input_prompt")
@case("ctx_shift", "ctx_shift_disabled_long_prompt")
def overlong_prompt(server):
    for n_predict in (-1, 64):
        error = server.refused("/completion", {"prompt": server.filler(server.n_ctx), "n_predict": n_predict})
        check("exceeds the available context size" in error["message"], error["message"])


@case("completion", "json_prompt_no_mtmd", "json_prompt_mtm_error_when_not_supported")
def prompt_objects(server):
    same(server.complete({"prompt_string": LIFE}, seed=1)["content"], server.complete(seed=1)["content"])
    server.refused("/completion", {"prompt": {"prompt_string": f"{LIFE} <__media__>", "multimodal_data": "iVBORw0KGgo"}})


@case("completion", "completion_with_tokens_input")
def prompts_of_tokens(server):
    tokens = server.tokens(LIFE, add_special=True)
    text = server.complete(tokens, temperature=0)["content"]
    for prompts in ([tokens, tokens], [tokens, LIFE], [tokens, {"prompt_string": LIFE}]):
        same([body["content"] for body in server.complete(prompts, temperature=0)], [text, text])
    check(server.complete([1, 2, 3, LIFE, 7, 8, LIFE])["content"] is not None, "no text")


@case("completion", "completion_parallel_slots")
def all_slots(server):
    count = server.get("/props").body["total_slots"]
    body = lambda at: {"prompt": f"{at} very long books.", "n_predict": 96, "ignore_eos": True, "seed": at}
    with concurrent.futures.ThreadPoolExecutor(count + 2) as pool:
        jobs = [pool.submit(server.good, "/completion", body(at)) for at in range(count + 2)]
        most = 0
        while not all(job.done() for job in jobs):
            most = max(most, sum(slot["is_processing"] for slot in server.get("/slots").body))
            time.sleep(0.01)
    same(most, count)
    check(all(len(job.result()["content"]) > 10 for job in jobs), "a short text")


@case("completion", "completion_response_fields")
def response_fields(server):
    check("generation_settings" in server.complete(response_fields=[]), "not whole")
    body = server.complete(response_fields=["content", "generation_settings/n_predict", "prompt"])
    same((len(body), body["generation_settings/n_predict"], body["prompt"]), (3, 8, LIFE))


@case("completion", "n_probs", "n_probs_stream")
def probabilities(server):
    asked = {"prompt": LIFE, "n_probs": 10, "temperature": 0, "n_predict": 5, "ignore_eos": True}
    streamed = server.events("/completion", asked)[:-1]
    told = [prob for event in streamed for prob in event["completion_probabilities"]]
    whole = server.good("/completion", asked)["completion_probabilities"]
    for probs in (whole, told):
        same(len(probs), 5)
        for prob in probs:
            same((prob["id"], len(prob["top_logprobs"])), (prob["top_logprobs"][0]["id"], 10))
            for one in [prob, *prob["top_logprobs"]]:
                check(one["id"] > 0 and one["logprob"] <= 0 and bytes(one["bytes"]) and isinstance(one["token"], str), f"{one}")


@case("completion", "logit_bias")
def biases(server):
    by_token = [[token, -100] for token in server.tokens(" " + " ".join(COMMON) + " ")]
    by_text = [[f" {word}", -100] for word in COMMON]
    for bias in (by_token, by_text, {key: value for key, value in by_token}, dict(by_text)):
        text = server.complete("What is the best book", logit_bias=bias, temperature=0, n_predict=48)["content"]
        check(not any(f" {word} " in text for word in COMMON), repr(text))


@case("completion", "cancel_request")
def hanging_up(server):
    try:
        server.post("/completion", {"prompt": LIFE, "ignore_eos": True}, timeout=0.3)
        raise Failed("it was answered")
    except TimeoutError:
        pass
    until = time.monotonic() + 30
    while any(slot["is_processing"] for slot in server.get("/slots").body):
        check(time.monotonic() < until, "a slot is still busy")
        time.sleep(0.02)


@case("completion", "completion_prompt_cache")
def alternating_prompts(server):
    for at in (3, 0, 4, 3, 1, 0, 4, 2):
        prompt = f" Hello {at}" * (40 + at)
        timings = server.complete(prompt, n_predict=at + 1, ignore_eos=True)["timings"]
        same((timings["prompt_n"] + timings["cache_n"], timings["predicted_n"]), (len(server.tokens(prompt)), at + 1))


@case("ignore_eos", "ignore_eos_populates_logit_bias", "ignore_eos_false_no_logit_bias")
def told_biases(server):
    bias = lambda passes: server.complete(ignore_eos=passes)["generation_settings"]["logit_bias"]
    check(bias(True) and all(entry["bias"] is None for entry in bias(True)), f"{bias(True)}")
    same(bias(False), [])


# Metrics and times.

@case("metrics", "metrics_prometheus_format")
def metrics_format(server):
    text, metrics = server.get("/metrics").body, server.metrics()
    for name in ("prefill_tokens_total", "cache_hit_tokens_total", "decode_tokens_total", "draft_tokens_total", "running"):
        check(f"# HELP emberd_{name} " in text and f"emberd_{name}" in metrics, name)
        check(f"# TYPE emberd_{name} {'counter' if name.endswith('total') else 'gauge'}" in text, name)
    same(metrics["emberd_running"], 0)


@case("metrics", "metrics_prompt_processed_and_cached", "metrics_predicted_total_matches_requests")
def counted(server):
    before, prompt = server.metrics(), f"the quick brown fox {time.monotonic_ns()} jumps over the lazy dog"
    timings = [server.complete(prompt, n_predict=count, ignore_eos=True)["timings"] for count in (1, 4, 16)]
    after = server.metrics()
    grown = lambda name: after[f"emberd_{name}"] - before[f"emberd_{name}"]
    told = lambda name: sum(timing[name] for timing in timings)
    check(told("cache_n") > 0, "nothing was cached")
    same((grown("prefill_tokens_total"), grown("cache_hit_tokens_total")), (told("prompt_n"), told("cache_n")))
    same(grown("decode_tokens_total"), told("predicted_n"))


@case("metrics", "metrics_generation_rate_excludes_first_token", "metrics_timings_are_finite")
def times(server):
    one, many = (server.complete(n_predict=count, ignore_eos=True)["timings"] for count in (1, 16))
    same((one["predicted_n"], one["predicted_per_second"], one["predicted_per_token_ms"]), (1, 0, 0))
    check(abs(many["predicted_per_second"] - 15e3 / many["predicted_ms"]) < 1e-6, f"{many}")
    for timing in (one, many):
        check(all(value is not None and value >= 0 for value in timing.values()), f"{timing}")
        check(timing["prompt_ms"] > 0 and timing["prompt_per_token_ms"] > 0, f"{timing}")


@case("metrics", "metrics_embedding_prompt_is_counted")
def counted_texts(server):
    before = server.metrics()
    server.embed(["hello world", "goodbye world"])
    after = server.metrics()
    same((after["emberd_embedded_total"] - before["emberd_embedded_total"]), 2)
    same(after["emberd_decode_tokens_total"], before["emberd_decode_tokens_total"])

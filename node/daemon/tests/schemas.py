#!/usr/bin/env python3
"""Random JSON schemas, answered by a real model, judged by somebody else's validator.

Owns the schemas and the judgement: every answer must be whole within its tokens, parse, hold no name twice, and be valid by the
public `jsonschema` package. Refuses to start an emberd: base URL and token are arguments, as
`tools/with-emberd` gives them. Prints what happened; exits with 1 at any answer that does not hold, with the seed of its schema.

    tools/with-emberd python3 node/daemon/tests/schemas.py [--count 1000]

Needs: pip install jsonschema
"""

import argparse
import concurrent.futures
import http.client
import json
import random
import sys
import threading
import time
import urllib.parse

import jsonschema

# A small model drawn freely may write digits, or lists in lists, until there is no room (about one in nine): such an answer is
# ended by a plan of the node's. One that is cut nevertheless counts as wrong.
TOKENS_MAX = 400
# Lists in lists are hundreds deep by then, and the validator calls itself some times for each.
FRAMES_MAX, STACK_BYTES = 50_000, 256 * 1024 * 1024
NAMES = ["name", "age", "é", "with space", 'a "quote"', "nested", "tags", "z"]


def bounds(dice, low, high):
    first = dice.randint(low, high)
    return first, first + dice.randint(0, 5)


def integer(dice):
    low = dice.randint(-1000, 1000)
    return {"type": "integer", "minimum": low, "maximum": low + dice.randint(0, 500)}


def number(dice):
    low = dice.randint(-100, 100) / 8
    keys = dice.choice([("minimum", "maximum"), ("exclusiveMinimum", "exclusiveMaximum")])
    return {"type": "number", keys[0]: low, keys[1]: low + 0.5 + dice.randint(0, 40)}


def text(dice):
    least, most = bounds(dice, 0, 10)
    return dice.choice([
        {"type": "string", "minLength": least, "maxLength": most},
        {"type": "string", "maxLength": 40},
        {"type": "string", "pattern": f"^[a-z]{{{least},{most}}}$"},
        {"type": "string", "pattern": "^(red|green|blue)-[0-9]{2,4}$"},
        {"type": "string", "pattern": f"^[A-Z][a-zé]{{1,{most + 1}}}( [A-Z][a-z]+)?$"},
    ])


def constant(dice):
    values = ["red", 7, None, 'a "quoted" one', [1, "x"], -0.5, True, {"a": 1}, "", "日本"]
    return dice.choice([{"const": dice.choice(values)}, {"enum": dice.sample(values, dice.randint(1, 6))}])


def array(dice, depth, defs):
    least = dice.randint(0, 2)
    schema = {"type": "array", "minItems": least, "maxItems": least + dice.randint(0, 3), "items": any_of_all(dice, depth - 1, defs)}
    if dice.random() < 0.3:
        first = [any_of_all(dice, depth - 1, defs) for _ in range(dice.randint(1, 2))]
        schema = {"type": "array", "prefixItems": first, "items": False, "minItems": len(first)}
    return schema


def object_(dice, depth, defs):
    names = dice.sample(NAMES, dice.randint(0, len(NAMES)))
    properties = {name: any_of_all(dice, depth - 1, defs) for name in names}
    required = [name for name in names if dice.random() < 0.5]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def either(dice, depth, defs):
    return {"anyOf": [any_of_all(dice, depth - 1, defs) for _ in range(dice.randint(2, 3))]}


def one_by_type(dice, _depth, _defs):
    return {"oneOf": dice.sample([integer(dice), text(dice), {"type": "null"}, {"type": "boolean"}], 2)}


def both(dice, _depth, _defs):
    low = dice.randint(0, 50)
    return {"allOf": [{"type": "integer", "minimum": low}, {"maximum": low + dice.randint(0, 50)}]}


def named(dice, depth, defs):
    name = f"d{len(defs)}"
    # The place is taken first, so that no definition within takes it.
    defs[name] = {}
    defs[name] = any_of_all(dice, depth - 1, defs)
    return {"$ref": f"#/$defs/{name}"}


def tree(_dice, _depth, defs):
    # Lists, because a small model ends them; a chain of objects it spins for ever.
    defs["tree"] = {"type": "array", "items": {"$ref": "#/$defs/tree"}, "maxItems": 2}
    return {"$ref": "#/$defs/tree"}


def any_of_all(dice, depth, defs):
    leaf = [lambda *_: {"type": "boolean"}, lambda *_: {"type": ["integer", "null"], "minimum": 0, "maximum": 99},
            lambda d, *_: integer(d), lambda d, *_: number(d), lambda d, *_: text(d), lambda d, *_: constant(d), both]
    inner = [array, object_, object_, either, one_by_type, named, tree]
    return dice.choice(leaf if depth == 0 else leaf + inner)(dice, depth, defs)


def schema_of(seed):
    dice, defs = random.Random(seed), {}
    schema = object_(dice, 3, defs) if dice.random() < 0.7 else any_of_all(dice, 3, defs)
    return {**schema, "$defs": defs} if defs else schema


def without_doubles(pairs):
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return dict(pairs)


def one(args, seed):
    """What became of a schema, `valid` or a sentence, and the tokens of its answer."""
    schema = schema_of(seed)
    jsonschema.Draft202012Validator.check_schema(schema)
    at = urllib.parse.urlsplit(args.base_url)
    body = {
        "model": "base", "max_tokens": TOKENS_MAX, "temperature": 1, "seed": seed,
        "messages": [{"role": "user", "content": f"Make up data for the village that fits:\n{json.dumps(schema)[:600]}"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "it", "schema": schema, "strict": True}},
    }
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=600)
    connection.request("POST", f"{at.path}/chat/completions", json.dumps(body),
                       {"authorization": f"Bearer {args.token}", "content-type": "application/json"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    if response.status != 200:
        return f"{response.status} {answer['error']['message']}: {json.dumps(schema)}", 0
    tokens, choice = answer["usage"]["completion_tokens"], answer["choices"][0]
    if choice["finish_reason"] != "stop":
        return f"cut at {tokens} tokens: {json.dumps(schema)}", tokens
    written = choice["message"]["content"]
    try:
        value = json.loads(written, object_pairs_hook=without_doubles)
        jsonschema.Draft202012Validator(schema).validate(value)
    except (ValueError, jsonschema.ValidationError) as error:
        return f"{str(error).splitlines()[0]}: {written!r} for {json.dumps(schema)}", tokens
    return "valid", tokens


def planned(args):
    """How many answers the node has ended by a plan."""
    at = urllib.parse.urlsplit(args.base_url)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=60)
    connection.request("GET", "/metrics", headers={"authorization": f"Bearer {args.token}"})
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return next(int(line.split()[1]) for line in lines if line.startswith("emberd_endings_planned_total "))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base_url")
    parser.add_argument("token")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=8)
    args, begun = parser.parse_args(), time.monotonic()
    sys.setrecursionlimit(FRAMES_MAX)
    threading.stack_size(STACK_BYTES)
    seeds = range(args.seed, args.seed + args.count)
    with concurrent.futures.ThreadPoolExecutor(args.clients) as pool:
        told = list(zip(seeds, pool.map(lambda seed: one(args, seed), seeds)))
    tokens = sum(tokens for _, (_, tokens) in told)
    wrong = [(seed, word) for seed, (word, _) in told if word != "valid"]
    print(f"{args.count} schemas: {args.count - len(wrong)} answers parse and are valid, {planned(args)} of all answers were ended by "
          f"a plan, {len(wrong)} are wrong; {tokens} tokens, {time.monotonic() - begun:.0f} s")
    for seed, word in wrong:
        print(f"FAILED: seed {seed}: {word}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

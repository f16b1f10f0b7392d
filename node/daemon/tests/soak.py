#!/usr/bin/env python3
"""Many clients, and adapters that come, go and change on the disk, against a real `emberd` with a real model.

Owns the proof that nothing of this is heard: every answer is, letter for letter, the one that the same question gets alone,
from a content that the adapter's name had between question and answer; and that memory does not grow. Starts an emberd of its
own on a data directory of its own. Refuses to measure speed. Prints what happened; exits with 1 at the first difference. Less than two minutes say nothing about memory.

    soak.py target/debug/emberd MODEL.gguf [--seconds 600] [--clients 8] [--names 8] [--versions 3] [--seed 1]

Needs: nothing but Python, and a model of the Llama family.
"""

import argparse
import http.client
import json
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

RANK = 8
TOKENS = 24
# Memory: what the first part of a run has taken is the measure of the rest. A short run never gets warm: the memory of keys and
# values, taken when it is first used, is all it shows.
WARM_UP_SHARE = 0.2
GROWTH_SECONDS_MIN = 120
GROWTH_SHARE_MAX = 0.05
GROWTH_BYTES_MAX = 32 << 20
WAKE_S_MAX = 120
# Contents kept in memory at a time, so that the others are evicted and read again.
KEPT = 3
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 12}, "mood": {"enum": ["calm", "cross"]}},
    "required": ["name", "mood"],
    "additionalProperties": False,
}


class Different(Exception):
    """An answer that is not the one given alone, or that should not have come."""


def gguf_numbers(path):
    """The whole numbers of a GGUF file's metadata, and its architecture."""
    sizes = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
    wholes = {4: "<I", 5: "<i", 10: "<Q", 11: "<q"}
    found = {}
    with open(path, "rb") as file:
        def number(form):
            return struct.unpack(form, file.read(struct.calcsize(form)))[0]

        def text():
            return file.read(number("<Q")).decode()

        _magic, _version, _tensors, entries = struct.unpack("<IIQQ", file.read(24))
        for _ in range(entries):
            key, kind = text(), number("<I")
            if kind == 8:
                found[key] = text()
            elif kind in wholes:
                found[key] = number(wholes[kind])
            elif kind == 9:
                inner, count = number("<I"), number("<Q")
                for _ in range(count if inner == 8 else 0):
                    file.seek(number("<Q"), os.SEEK_CUR)
                file.seek(0 if inner == 8 else count * sizes[inner], os.SEEK_CUR)
            else:
                file.seek(sizes[kind], os.SEEK_CUR)
    return found


def bf16(dice, count):
    """Numbers of about the same size and either sign: noise that is loud enough to be heard."""
    numbers = bytearray(dice.randbytes(2 * count))
    numbers[1::2] = numbers[1::2].translate(bytes([0x3D] * 128 + [0xBD] * 128))
    return bytes(numbers)


def adapter_weights(dice, model):
    """A safetensors file for queries and values of all layers."""
    arch = model["general.architecture"]
    width, heads = model[f"{arch}.embedding_length"], model[f"{arch}.attention.head_count"]
    head = model.get(f"{arch}.attention.key_length", width // heads)
    kv = model.get(f"{arch}.attention.head_count_kv", heads)
    header, data = {}, []
    offset = 0
    for layer in range(model[f"{arch}.block_count"]):
        for module, rows in (("q_proj", heads * head), ("v_proj", kv * head)):
            for half, shape in (("lora_A", [RANK, width]), ("lora_B", [rows, RANK])):
                count = shape[0] * shape[1]
                name = f"base_model.model.model.layers.{layer}.self_attn.{module}.{half}.weight"
                header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, offset + 2 * count]}
                offset += 2 * count
                data.append(bf16(dice, count))
    header = json.dumps(header).encode()
    return struct.pack("<Q", len(header)) + header + b"".join(data)


def adapter_config():
    return json.dumps({"peft_type": "LORA", "r": RANK, "lora_alpha": 2 * RANK, "target_modules": r".*\.(q|v)_proj"})


class Node:
    """A running emberd."""

    def __init__(self, program, model, folder, clients):
        self.folder = folder
        self.adapters = os.path.join(folder, "adapters")
        os.makedirs(self.adapters)
        self.command = [program, "--data-dir", folder, "--port", "0", "--model", model, "--adapters", self.adapters,
                        "--packed-cache", "off"]
        self.log = open(os.path.join(folder, "log"), "wb")
        self.clients = clients

    def start(self, adapter_bytes):
        self.process = subprocess.Popen(
            [*self.command, "--adapter-bytes", str(adapter_bytes), "--kv-tokens", "1024", "--slots", "8"],
            stdout=self.log, stderr=self.log)
        until = time.monotonic() + WAKE_S_MAX
        while time.monotonic() < until:
            try:
                with open(os.path.join(self.folder, "emberd.json")) as file:
                    self.port = json.load(file)["port"]
                with open(os.path.join(self.folder, "token")) as file:
                    self.token = file.read().strip()
                status, body = self.get("/health")
                if status == 200 and json.loads(body)["status"] == "ok":
                    return
            except (OSError, ValueError):
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit("emberd did not wake")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        if code != 0:
            raise Different(f"emberd ended with {code}")

    def rss(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmRSS"))

    def open(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        return connection, connection.getresponse()

    def get(self, path):
        connection, response = self.open("GET", path)
        body = response.read().decode()
        connection.close()
        return response.status, body

    def post(self, path, body):
        connection, response = self.open("POST", path, body)
        text = response.read().decode()
        connection.close()
        return response.status, text

    def metric(self, name):
        _, text = self.get("/metrics")
        return next((line.split()[1] for line in text.splitlines() if line.startswith(f"{name} ")), "0")


# What is asked: a route, and a body without the one who speaks.
QUESTIONS = [
    ("/v1/completions", {"prompt": "The old mill stood by the river, and every morning", "max_tokens": TOKENS}),
    ("/v1/chat/completions", {"messages": [{"role": "user", "content": "What does a smith do?"}], "max_tokens": TOKENS}),
    ("/v1/completions", {"prompt": "A villager, as JSON:", "max_tokens": 2 * TOKENS, "guided_json": SCHEMA}),
    ("/ember/v1/speak", {
        "version": 1, "pack_hash": "", "villager": "Marta", "card": "A baker.", "player_line": "Who took it?",
        "act": "tells what she saw", "seed": 7, "max_tokens": TOKENS}),
]
SPEAK = 3


def body_of(question, name, priority="play"):
    path, fields = QUESTIONS[question]
    if question == SPEAK:
        return path, {**fields, "adapter": name, "priority": priority}
    return path, {**fields, "model": "base" if name is None else f"base:{name}", "temperature": 0}


def text_of(question, answer):
    answer = json.loads(answer)
    if question == SPEAK:
        return answer["text"]
    choice = answer["choices"][0]
    return choice["text"] if "text" in choice else choice["message"]["content"]


class Names:
    """Which contents each name can have spoken with, and since and until when."""

    def __init__(self):
        self.lock = threading.Lock()
        # name: [[content or None for "unknown", from, until or None]]
        self.spans = {}

    def can_be(self, name, content):
        with self.lock:
            self.spans.setdefault(name, []).append([content, time.monotonic(), None])

    def is_now(self, name, content):
        """Nothing else than this from now on."""
        with self.lock:
            spans = self.spans[name]
            last = max(at for at, span in enumerate(spans) if span[0] == content)
            for at, span in enumerate(spans):
                if at != last and span[2] is None:
                    span[2] = time.monotonic()
            self.spans[name] = [span for span in spans if span[2] is None or span[2] > time.monotonic() - 1200]

    def between(self, name, begun, ended):
        if name is None:
            return {"base"}
        with self.lock:
            return {content for content, since, until in self.spans[name]
                    if since <= ended and (until is None or until >= begun)}


class Soak:
    def __init__(self, node, args, weights):
        self.node, self.args, self.weights = node, args, weights
        self.names, self.alone = Names(), {}
        self.until = 0
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.counts, self.errors = {}, []

    def count(self, what):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def write(self, name, content):
        """Puts a content in a name's place on the disk, at once or not at all."""
        folder = os.path.join(self.node.adapters, name)
        os.makedirs(folder, exist_ok=True)
        config = os.path.join(folder, "adapter_config.json")
        if not os.path.exists(config):
            with open(config, "w") as file:
                file.write(adapter_config())
        new = os.path.join(self.node.folder, f"new-{name}")
        with open(new, "wb") as file:
            file.write(self.weights[content])
        os.replace(new, os.path.join(folder, "adapter_model.safetensors"))

    def load(self, name):
        status, text = self.node.post("/v1/load_lora_adapter", {"lora_name": name, "lora_path": name})
        if status != 200:
            raise Different(f"loading {name}: {status} {text}")

    def ask_alone(self):
        """Every content's answers while nobody else asks."""
        for content in ["base", *self.weights]:
            name = None
            if content != "base":
                name = "alone"
                self.write(name, content)
                self.load(name)
            for question in range(len(QUESTIONS)):
                status, text = self.node.post(*body_of(question, name))
                if status != 200:
                    raise Different(f"alone: {status} {text}")
                self.alone[content, question] = text_of(question, text)
        status, _ = self.node.post("/v1/unload_lora_adapter", {"lora_name": "alone"})
        different = {self.alone[content, 0] for content in ["base", *self.weights]}
        if status != 200 or len(different) < len(self.weights):
            raise Different(f"only {len(different)} answers differ alone: nothing could be noticed")

    def check(self, name, question, begun, text, is_whole):
        contents = self.names.between(name, begun, time.monotonic())
        expected = [self.alone[content, question] for content in contents if content is not None]
        if not any(text == one if is_whole else one.startswith(text) for one in expected):
            raise Different(f"{name}, question {question}, contents {contents}: {text!r}, alone: {expected}")

    def client(self, number):
        dice = random.Random(f"{self.args.seed} client {number}")
        try:
            while time.monotonic() < self.until and not self.stopping.is_set():
                self.one(dice)
        except Exception as error:  # told by the main thread, whatever it is
            self.errors.append(f"client {number}: {type(error).__name__}: {error}")
            self.stopping.set()

    def one(self, dice):
        name = dice.choice([None, *[f"v{at}" for at in range(self.args.names)]])
        question = dice.randrange(len(QUESTIONS))
        path, body = body_of(question, name, dice.choice(["play", "ambient"]))
        begun = time.monotonic()
        if question == SPEAK or dice.random() < 0.6:
            status, text = self.node.post(path, body)
            if status == 200:
                self.check(name, question, begun, text_of(question, text), True)
                self.count("spoken" if question == SPEAK else "whole")
                return
        else:
            status, text = self.stream(dice, path, {**body, "stream": True}, name, question, begun)
            if status == 200:
                return
        gone = None in self.names.between(name, begun, time.monotonic())
        if status == 404 and gone:
            self.count("asked for one that was gone")
        else:
            raise Different(f"{name}, question {question}: {status} {text}")

    def stream(self, dice, path, body, name, question, begun):
        connection, response = self.node.open("POST", path, body)
        if response.status != 200:
            text = response.read().decode()
            connection.close()
            return response.status, text
        hang_up_after = dice.randrange(1, 12) if dice.random() < 0.4 else None
        text, events, is_done = "", 0, False
        for line in response:
            if not line.startswith(b"data: "):
                continue
            if line.strip() == b"data: [DONE]":
                is_done = True
                continue
            event = json.loads(line[6:])
            if "error" in event:
                raise Different(f"{name}, question {question}: {event}")
            choice = event["choices"][0]
            text += choice["text"] if "text" in choice else choice["delta"].get("content") or ""
            events += 1
            if events == hang_up_after:
                break
        response.close()
        connection.close()
        if hang_up_after is None and not is_done:
            raise Different(f"{name}, question {question}: the stream broke off after {text!r}")
        self.check(name, question, begun, text, is_done)
        self.count("streamed" if is_done else "hung up")
        return 200, ""

    def changer(self):
        dice = random.Random(f"{self.args.seed} changer")
        current = {}
        try:
            for at in range(self.args.names):
                current[f"v{at}"] = f"v{at}.0"
            while time.monotonic() < self.until and not self.stopping.is_set():
                name = dice.choice(sorted(current))
                what = dice.random()
                if what < 0.5:
                    content = f"{name}.{dice.randrange(self.args.versions)}"
                    self.names.can_be(name, content)
                    self.write(name, content)
                    self.load(name)
                    self.names.is_now(name, content)
                    current[name] = content
                    self.count("replaced on the disk")
                elif what < 0.7:
                    self.names.can_be(name, None)
                    self.expect(200, "/v1/unload_lora_adapter", {"lora_name": name})
                    self.load(name)
                    self.names.can_be(name, current[name])
                    self.names.is_now(name, current[name])
                    self.count("unloaded and loaded")
                elif what < 0.85:
                    self.load(name)
                    self.count("loaded again")
                else:
                    self.pin(name, dice.random() < 0.3)
                self.stopping.wait(dice.random() * 0.2)
        except Exception as error:  # told by the main thread, whatever it is
            self.errors.append(f"changer: {type(error).__name__}: {error}")
            self.stopping.set()

    def pin(self, name, pinned):
        path = f"/ember/v1/adapters/{name}/pin"
        status, text = self.node.post(path, {"pinned": pinned})
        if pinned and status == 400 and "cannot be pinned" in text:
            self.count("not pinned, as no more may be")
        elif status == 200:
            self.count("pinned or unpinned")
        else:
            raise Different(f"{path}: {status} {text}")

    def expect(self, expected, path, body):
        status, text = self.node.post(path, body)
        if status != expected:
            raise Different(f"{path}: {status} {text}")

    def run(self):
        begun = time.monotonic()
        self.ask_alone()
        for at in range(self.args.names):
            name = f"v{at}"
            self.write(name, f"{name}.0")
            self.load(name)
            self.names.can_be(name, f"{name}.0")
        print(f"{len(self.alone)} answers alone, {time.monotonic() - begun:.0f} s", flush=True)
        self.until = time.monotonic() + self.args.seconds
        threads = [threading.Thread(target=self.client, args=(at,)) for at in range(self.args.clients)]
        threads.append(threading.Thread(target=self.changer))
        start_rss, memory = self.node.rss(), []
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            memory.append((time.monotonic(), self.node.rss()))
            time.sleep(0.5)
        for thread in threads:
            thread.join()
        return self.tell(start_rss, memory)

    def tell(self, start_rss, memory):
        mib = lambda count: f"{count / (1 << 20):.1f} MiB"
        print(", ".join(f"{what}: {count}" for what, count in sorted(self.counts.items())))
        for name in ("adapter_loads", "adapter_evictions", "displacements", "cancelled", "cache_hit_tokens", "failed"):
            print(f"{name}: {self.node.metric(f'emberd_{name}_total')}", end=", ")
        warm_at = memory[0][0] + WARM_UP_SHARE * self.args.seconds
        warm = max((rss for at, rss in memory if at <= warm_at), default=start_rss)
        peak, end = max(rss for _, rss in memory), memory[-1][1]
        fifths = [max((rss for at, rss in memory if at <= memory[0][0] + part * self.args.seconds / 5), default=start_rss)
                  for part in range(1, 6)]
        print(f"\nmost memory up to each fifth of the run: {', '.join(mib(rss) for rss in fifths)}", end="")
        print(f"\nmemory at the start {mib(start_rss)}, most while it warmed up {mib(warm)}, peak {mib(peak)}, end {mib(end)}")
        if self.args.seconds >= GROWTH_SECONDS_MIN and end > warm * (1 + GROWTH_SHARE_MAX) + GROWTH_BYTES_MAX:
            self.errors.append("memory has grown")
        missing = {"whole", "streamed", "hung up", "spoken", "replaced on the disk", "unloaded and loaded"} - set(self.counts)
        if missing and not self.errors:
            self.errors.append(f"never happened: {sorted(missing)}")
        return self.errors


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("model")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--names", type=int, default=8)
    parser.add_argument("--versions", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    # Told to stop, it stops its emberd, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    model = gguf_numbers(args.model)
    contents = [f"v{at}.{version}" for at in range(args.names) for version in range(args.versions)]
    weights = {content: adapter_weights(random.Random(f"{args.seed} {content}"), model) for content in contents}
    with tempfile.TemporaryDirectory() as folder:
        node = Node(args.program, args.model, folder, args.clients)
        node.start(KEPT * len(weights[contents[0]]))
        try:
            errors = Soak(node, args, weights).run()
            node.stop()
        finally:
            if node.process.poll() is None:
                node.process.kill()
                node.process.wait()
    for error in errors:
        print(f"FAILED (seed {args.seed}): {error}")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()

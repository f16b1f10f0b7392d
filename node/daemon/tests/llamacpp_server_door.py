"""The server as a program that knows llama.cpp's routes sees it, and the registry of checks.

Owns asking, and which cases of the suite a check stands for. Refuses to know what the answers must be.
Needs: pip install openai
"""

import concurrent.futures
import json
import types
import urllib.error
import urllib.request

import openai

LIFE = "I believe the meaning of life is"
BOOK = [{"role": "system", "content": "Book"}, {"role": "user", "content": "What is the best book"}]
COMMON = "i I the The to a an be is was but But and And so So you You he He she She we We they They it It".split()
CHECKS = {}


class Failed(Exception):
    """A check that did not hold."""


def check(holds, what="it does not hold"):
    if not holds:
        raise Failed(what)


def same(actual, expected):
    check(actual == expected, f"{actual!r}, expected {expected!r}")


def case(file, *names):
    """Makes a function the check of cases of one file of the suite."""
    def register(run):
        CHECKS.update({(f"test_{file}.py", f"test_{name}"): run for name in names})
        return run
    return register


class Server:
    """The server, as a program that knows llama.cpp's routes sees it."""

    def __init__(self, base_url, token):
        self.root, self.token = base_url.removesuffix("/v1"), token
        self.client = openai.OpenAI(base_url=base_url, api_key=token, max_retries=0, timeout=300)
        self.n_ctx = self.get("/props").body["default_generation_settings"]["n_ctx"]

    def ask(self, method, path, body=None, headers=None, timeout=300):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        data = None if body is None else json.dumps(body).encode()
        headers = {name: value for name, value in headers.items() if value is not None}
        request = urllib.request.Request(self.root + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        try:
            body = json.loads(text)
        except ValueError:
            body = text
        return types.SimpleNamespace(status=status, body=body)

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body, **more):
        return self.ask("POST", path, body, **more)

    def good(self, path, body):
        answer = self.post(path, body)
        check(answer.status == 200, f"{answer.status} {answer.body}")
        return answer.body

    def complete(self, prompt=LIFE, **more):
        return self.good("/completion", {"prompt": prompt, "n_predict": 8, **more})

    def chat(self, **more):
        return self.good("/chat/completions", {"model": "base", "messages": BOOK, "max_tokens": 8, **more})

    def events(self, path, body):
        answer = self.post(path, {**body, "stream": True})
        check(answer.status == 200, f"{answer.status} {answer.body}")
        lines = [line.removeprefix("data: ") for line in answer.body.splitlines() if line.startswith("data: ")]
        return [json.loads(line) for line in lines if line != "[DONE]"]

    def refused(self, path, body, status=400):
        answer = self.post(path, body)
        check(answer.status == status and "error" in answer.body, f"{answer.status} {answer.body}")
        return answer.body["error"]

    def tokens(self, text, **more):
        return self.good("/tokenize", {"content": text, **more})["tokens"]

    def filler(self, count):
        """A prompt of exactly so many tokens."""
        return [self.tokens(" well")[0]] * count

    def metrics(self):
        lines = [line.split(" ") for line in self.get("/metrics").body.splitlines() if not line.startswith("#")]
        return {line[0]: float(line[-1]) for line in lines if len(line) == 2}

    def embed(self, texts, **more):
        return self.good("/v1/embeddings", {"model": "base", "input": texts, **more})

    def together(self, calls):
        with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
            return [job.result() for job in [pool.submit(call) for call in calls]]

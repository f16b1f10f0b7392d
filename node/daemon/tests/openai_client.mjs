// The door as the public `openai` client for Node sees it.
//
// Owns a list of checks against a running emberd with a real model. Refuses to start one: the folder that holds the client
// and what tools/with-emberd gives (base URL and token) are arguments. Prints one line per check and exits with 1 if any
// failed.
//
//     node openai_client.mjs target/peers-node http://127.0.0.1:7391/v1 "$(cat "$XDG_DATA_HOME/emberwick/token")"
//
// Needs: npm install openai

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, baseURL, apiKey] = process.argv.slice(2);
const require = createRequire(resolve(folder, "package.json"));
const OpenAI = require("openai");
const { version } = JSON.parse(readFileSync(resolve(folder, "node_modules/openai/package.json"), "utf8"));

const QUESTION = [{ role: "user", content: "Name three things a baker needs." }];
const PERSON = {
  type: "object",
  properties: { name: { type: "string", maxLength: 20 }, age: { type: "integer", minimum: 0, maximum: 120 } },
  required: ["name", "age"],
  additionalProperties: false,
};
const BUY = {
  type: "function",
  function: {
    name: "buy",
    description: "Buys a thing.",
    parameters: {
      type: "object",
      properties: { what: { enum: ["bread", "milk"] } },
      required: ["what"],
      additionalProperties: false,
    },
  },
};

// Without retries: a request that only succeeds at the second try is a lost one.
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, timeout: 300_000 });

const chat = (more) =>
  client.chat.completions.create({ model: "base", messages: QUESTION, max_tokens: 24, seed: 7, temperature: 0.8, ...more });
const respond = (more) =>
  client.responses.create({ model: "base", input: "Say hello.", max_output_tokens: 16, temperature: 0, ...more });

// The error of a call that must be refused.
async function refused(kind, status, call) {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof kind, `${error}`);
    assert.equal(error.status, status);
    return error;
  }
  throw new Error(`it was not refused with ${kind.name}`);
}

const checks = {
  async wholeChat() {
    const answer = await chat();
    const [choice] = answer.choices;
    assert.ok(choice.message.content.trim(), "no text");
    assert.ok(["stop", "length"].includes(choice.finish_reason), choice.finish_reason);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    return JSON.stringify(choice.message.content.slice(0, 40));
  },

  async streamedChat() {
    let [text, usage, pieces] = ["", null, 0];
    for await (const chunk of await chat({ stream: true, stream_options: { include_usage: true } })) {
      usage = chunk.usage ?? usage;
      text += chunk.choices[0]?.delta.content ?? "";
      pieces += 1;
    }
    assert.equal(text, (await chat()).choices[0].message.content, "the stream differs from the whole answer");
    assert.ok(usage.completion_tokens > 0, "no usage");
    return `${pieces} pieces`;
  },

  async hangingUp() {
    const stream = await chat({ stream: true, max_tokens: 1024, ignore_eos: true });
    for await (const _ of stream) break;
    assert.ok(stream.controller.signal.aborted, "it still reads");
    await chat({ max_tokens: 1 });
    return "the next is answered";
  },

  async functionsCalled() {
    const named = { type: "function", function: { name: "buy" } };
    let call;
    for (const tool_choice of ["required", named]) {
      const [choice] = (await chat({ tools: [BUY], tool_choice, max_tokens: 64 })).choices;
      assert.equal(choice.finish_reason, "tool_calls");
      [call] = choice.message.tool_calls;
      assert.equal(call.function.name, "buy");
      assert.ok(["bread", "milk"].includes(JSON.parse(call.function.arguments).what), call.function.arguments);
    }
    let streamed = "";
    for await (const chunk of await chat({ tools: [BUY], tool_choice: named, max_tokens: 64, stream: true })) {
      streamed += chunk.choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? "";
    }
    assert.equal(streamed, call.function.arguments, "the stream differs from the whole call");
    const result = { role: "tool", tool_call_id: call.id, content: "bought" };
    const back = [...QUESTION, { role: "assistant", content: null, tool_calls: [call] }, result];
    assert.ok((await chat({ messages: back, tools: [BUY] })).choices[0].message, "no answer after the call");
    return JSON.stringify(JSON.parse(streamed));
  },

  async schemaFollowed() {
    const response_format = { type: "json_schema", json_schema: { name: "person", strict: true, schema: PERSON } };
    const answer = await client.chat.completions.parse({
      model: "base", messages: QUESTION, max_tokens: 96, seed: 7, temperature: 0.8, response_format,
    });
    const person = JSON.parse(answer.choices[0].message.content);
    assert.deepEqual(Object.keys(person), ["name", "age"]);
    assert.ok(Number.isInteger(person.age) && person.age >= 0 && person.age <= 120, `${person.age}`);
    return JSON.stringify(person);
  },

  async wholeResponse() {
    const answer = await respond();
    assert.ok(answer.id.startsWith("resp_") && answer.output[0].id.startsWith("msg_"), answer.id);
    assert.ok(answer.output_text.trim(), "no text");
    assert.equal(answer.usage.total_tokens, answer.usage.input_tokens + answer.usage.output_tokens);
    const format = { type: "json_schema", name: "person", strict: true, schema: PERSON };
    const person = JSON.parse((await respond({ text: { format }, max_output_tokens: 96 })).output_text);
    assert.deepEqual(Object.keys(person), ["name", "age"]);
    return JSON.stringify(answer.output_text.slice(0, 40));
  },

  async streamedResponse() {
    const seen = [];
    let text = "";
    for await (const event of await respond({ stream: true })) {
      assert.equal(event.sequence_number, seen.length);
      seen.push(event.type);
      if (event.type === "response.output_text.delta") text += event.delta;
      if (event.type === "response.output_text.done") assert.equal(event.text, text);
    }
    assert.equal(seen[0], "response.created");
    assert.ok(["response.completed", "response.incomplete"].includes(seen.at(-1)), seen.at(-1));
    assert.equal(text, (await respond()).output_text, "the stream differs from the whole response");
    const helper = client.responses.stream({ model: "base", input: "Say hello.", max_output_tokens: 16, temperature: 0 });
    assert.equal((await helper.finalResponse()).output_text, text);
    return `${seen.length} events`;
  },

  async textsEmbedded() {
    const input = ["The baker bakes bread.", "Seven stars fell."];
    // The client asks for base64 unless it is told otherwise, and decodes it.
    const vectors = (await client.embeddings.create({ model: "base", input })).data.map((entry) => entry.embedding);
    const numbers = await client.embeddings.create({ model: "base", input: input[0], encoding_format: "float" });
    const norm = Math.hypot(...numbers.data[0].embedding);
    assert.ok(Math.abs(norm - 1) < 1e-4, `the length is ${norm}`);
    assert.equal(vectors.length, 2);
    numbers.data[0].embedding.forEach((value, at) => assert.ok(Math.abs(value - vectors[0][at]) < 1e-6));
    return `${vectors[0].length} dimensions`;
  },

  async modelsListed() {
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.equal((await client.models.retrieve(ids[0])).id, ids[0]);
    return ids.join(", ");
  },

  async errorsNamed() {
    const stranger = client.withOptions({ apiKey: "wrong" });
    await refused(OpenAI.AuthenticationError, 401, () => stranger.models.list());
    await refused(OpenAI.NotFoundError, 404, () => chat({ model: "gpt-4" }));
    const hot = await refused(OpenAI.BadRequestError, 400, () => chat({ temperature: "hot" }));
    assert.equal(hot.param, "temperature");
    const kept = await refused(OpenAI.BadRequestError, 400, () => respond({ previous_response_id: "resp_1" }));
    assert.equal(kept.param, "previous_response_id");
    const long = [{ role: "user", content: "word ".repeat(60_000) }];
    const full = await refused(OpenAI.BadRequestError, 400, () => chat({ messages: long }));
    assert.equal(full.code, "context_length_exceeded");
    return "401, 404, 400";
  },
};

let failures = 0;
for (const [name, run] of Object.entries(checks)) {
  const begun = performance.now();
  let [outcome, detail] = ["ok", ""];
  try {
    detail = await run();
  } catch (error) {
    // A check that breaks is a check that failed.
    [outcome, detail] = ["FAILED", `${error.name}: ${error.message}`];
    failures += 1;
  }
  const took = ((performance.now() - begun) / 1000).toFixed(1).padStart(6);
  console.log(`${name.padEnd(20)} ${outcome.padEnd(7)} ${took} s  ${detail}`);
}
const count = Object.keys(checks).length;
console.log(`openai ${version} for Node: ${count - failures} of ${count} checks hold`);
process.exitCode = failures > 0 ? 1 : 0;

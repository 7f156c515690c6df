/** A model on a server that speaks OpenAI's API, as something that answers: what it can do is found out before it is asked. */
import { EngineError } from "../../errors.js";
import type { Tokenizer } from "../../tokenizer/tokenizer.js";
import type { FallibleModel } from "../language-model.js";
import { answerAll } from "./answer-all.js";
import { completions, probeCompletions } from "./completions.js";
import type { Dialect } from "./dialect.js";
import { createEndpointClient, type EndpointClient } from "./endpoint-client.js";
import { RequestFailure } from "./endpoint-errors.js";
import { endpointUrl } from "./endpoint-url.js";
import { llamaServer } from "./llama-server.js";
import { arrayAt, at, idsAt } from "./reply.js";

export interface EndpointOptions {
  /** Address of the server, with or without /v1. */
  url: string;
  /** What the server calls the model; needed where it has several. */
  model?: string | undefined;
  key?: string | undefined;
  /** Requests at a time; 16 by default. */
  parallel?: number | undefined;
  /** Seconds that an attempt of a request may take; 300 by default. */
  seconds?: number | undefined;
  /** Milliseconds before a second attempt; 500 by default. */
  pause?: number | undefined;
  /** The model's own. */
  tokenizer: Pick<Tokenizer, "encode" | "eosIds" | "source">;
}

export interface Endpoint {
  /** Without anything secret. */
  url: string;
  /** The model's name as the server has it. */
  model: string;
  /** How it is asked. */
  dialect: string;
  /** Positions that the server gives a request; undefined where it does not say. */
  contextLength: number | undefined;
  /** What the server does not give, for each that is missing. */
  lacks: Dialect["lacks"];
  /** Whether the server has cut a text into the same ids; undefined where it cannot say. */
  tokenizerChecked: boolean;
  answering(contextLength: number): FallibleModel;
  close(): void;
}

/** Cut by the server and by us, to see whether both mean the same ids. */
const probeText = "Проверка: ёж, 1234 и 5,6!\nThe quick tests of 2 tokenizers — naïve.";

/** Throws `EngineError` where nobody answers, the model is not there, or the tokenizer is another. */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const { tokenizer, key, parallel = 16, seconds = 300, pause } = options;
  const client = createEndpointClient({ url: endpointUrl(options.url), key, parallel, seconds, pause });
  const { url } = client;
  try {
    const { model, contextLength: served } = await findModel(client, options.model);
    const prompt = await tokenizer.encode(probeText);
    const tokenizerChecked = await checkTokenizer(client, model, prompt, tokenizer.source);
    const properties = await orUndefined(client.get("/props"));
    const slot = at(properties, "default_generation_settings", "n_ctx");
    const dialect =
      slot === undefined
        ? completions(client, model, await probeCompletions(client, model, prompt))
        : await probeLlamaServer(client, prompt, tokenizer);
    return {
      url,
      model,
      dialect: dialect.name,
      contextLength: served ?? (typeof slot === "number" ? slot : undefined),
      lacks: dialect.lacks,
      tokenizerChecked,
      answering: (contextLength) => ({
        contextLength,
        score: (requests, onResult) => answerAll(requests, dialect.score, parallel, onResult),
        generate: (requests, onResult) => answerAll(requests, dialect.generate, parallel, onResult),
        dispose: async () => client.close(),
      }),
      close: () => client.close(),
    };
  } catch (error) {
    client.close();
    if (!(error instanceof RequestFailure)) throw error;
    throw new EngineError("endpoint.unusable", `${url}: ${error.message}`, {
      hint: "It has to be a running server with OpenAI's API, such as vLLM or llama-server.",
    });
  }
}

async function findModel(client: EndpointClient, wanted: string | undefined) {
  const list = arrayAt(await client.get("/v1/models"), "data");
  const names = list.map((model) => String(at(model, "id")));
  const place = wanted === undefined && names.length === 1 ? 0 : names.indexOf(wanted ?? "");
  if (place < 0) {
    const asked = wanted === undefined ? "several models" : `no model ${JSON.stringify(wanted)}`;
    throw new EngineError("endpoint.model", `${client.url} has ${asked}: ${names.slice(0, 20).join(", ") || "none"}`, {
      hint: "--endpoint-model names one of them.",
      exitCode: 2,
    });
  }
  const length = at(list[place], "max_model_len");
  return { model: names[place]!, contextLength: typeof length === "number" ? length : undefined };
}

/** vLLM's and llama-server's `/tokenize` take the text under different names. True where it was compared. */
async function checkTokenizer(
  client: EndpointClient,
  model: string,
  ours: readonly number[],
  source: string,
): Promise<boolean> {
  const body = { model, prompt: probeText, content: probeText, add_special_tokens: false, add_special: false };
  const answer = await orUndefined(client.post("/tokenize", body));
  if (!Array.isArray(at(answer, "tokens"))) return false;
  const theirs = idsAt(answer, "tokens");
  if (theirs.length === ours.length && theirs.every((id, i) => id === ours[i])) return true;
  throw new EngineError("endpoint.tokenizer", `${client.url} cuts a text into other ids than ${source}`, {
    hint: "--model or --tokenizer has to be the folder of the model that is served.",
    exitCode: 2,
  });
}

async function probeLlamaServer(
  client: EndpointClient,
  prompt: readonly number[],
  { eosIds }: EndpointOptions["tokenizer"],
): Promise<Dialect> {
  const dialect = llamaServer(client, eosIds[0]);
  const lacks: Dialect["lacks"] = {};
  const tries = { score: { prompt, continuations: [[prompt[0]!]] }, generate: { prompt, maxTokens: 1, stopIds: [] } };
  try {
    await dialect.score!(tries.score);
  } catch (error) {
    lacks.score = `log-probabilities of given tokens (${reason(error)})`;
  }
  try {
    await dialect.generate!(tries.generate);
  } catch (error) {
    lacks.generate = `token ids of what it generates (${reason(error)})`;
  }
  return { ...dialect, lacks };
}

/** The words of a failed request. Throws what is more than that. */
function reason(error: unknown): string {
  if (error instanceof RequestFailure) return error.message;
  throw error;
}

/** What a server that does not know the path answers is no fault. */
async function orUndefined(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RequestFailure && error.status !== undefined) return undefined;
    throw error;
  }
}

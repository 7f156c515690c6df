/**
 * A real HTTP server on loopback that answers as vLLM or llama-server do, by their published fields: `next` is the
 * model. Faults are made on demand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Log-probabilities of every id after `ids`. */
export type NextLogs = (ids: readonly number[]) => Promise<number[]>;
export type Fault =
  | { status: number; body?: string; headers?: Record<string, string> }
  | "stall"
  | "stall half-way"
  | "cut";

export interface ModelServerOptions {
  kind: "vllm" | "vllm without prompt_logprobs" | "text only" | "llama-server";
  next: NextLogs;
  encode(text: string): Promise<number[]>;
  /** Ids that end an answer, by the server's own knowledge. */
  endIds: readonly number[];
  models?: string[];
  key?: string;
  contextLength?: number;
  /** Ids that end in the midst of a character, which llama-server does not list. */
  unlisted?: (id: number) => boolean;
  /** What goes wrong with the n-th request (from 0) of a path. */
  fault?: (path: string, prompt: readonly number[], count: number) => Fault | undefined;
  /** Milliseconds that an answer takes. */
  delay?: number;
  /** Changes what is answered. */
  change?: (answer: Record<string, unknown>) => unknown;
}

export interface ModelServer {
  url: string;
  /** Path and authorization of every request. */
  seen: { path: string; authorization: string | undefined; body: Record<string, unknown> }[];
  /** Most requests at a time. */
  readonly widest: number;
  close(): Promise<void>;
}

type Body = Record<string, unknown> & { prompt?: number[] };

export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const seen: ModelServer["seen"] = [];
  const counts = new Map<string, number>();
  let running = 0;
  let widest = 0;
  const server = createServer((request, response) => {
    widest = Math.max(widest, ++running);
    response.once("close", () => running--);
    serve(request, response).catch((error: unknown) => {
      response.writeHead(500).end(JSON.stringify({ error: { message: String(error) } }));
    });
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "";
    let text = "";
    for await (const piece of request) text += piece;
    const body = (text === "" ? {} : JSON.parse(text)) as Body;
    const count = counts.get(path) ?? 0;
    counts.set(path, count + 1);
    seen.push({ path, authorization: request.headers.authorization, body });
    if (options.delay) await new Promise((resolve) => setTimeout(resolve, options.delay));
    const fault = options.fault?.(path, body.prompt ?? [], count);
    if (fault === "stall") return;
    if (fault === "stall half-way") {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"choices": [{');
      return;
    }
    if (fault === "cut") return void response.destroy();
    if (fault !== undefined) return void response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
    const { status, answer } = await reply(options, path, body, request.headers.authorization);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(status === 200 ? (options.change?.(answer) ?? answer) : answer));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    get widest() {
      return widest;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Reply {
  status: number;
  answer: Record<string, unknown>;
}
const refuse = (status: number, message: string): Reply => ({ status, answer: { error: { message, code: status } } });

async function reply(options: ModelServerOptions, path: string, body: Body, authorization?: string): Promise<Reply> {
  const { kind, key, models = ["toy"], contextLength = 512 } = options;
  const llama = kind === "llama-server";
  if (key !== undefined && authorization !== `Bearer ${key}`) return refuse(401, "Invalid API Key");
  if (path === "/v1/models") {
    const data = models.map((id) => ({ id, object: "model", ...(!llama && { max_model_len: contextLength }) }));
    return { status: 200, answer: { object: "list", data } };
  }
  if (path === "/props" && llama) {
    return { status: 200, answer: { default_generation_settings: { n_ctx: contextLength } } };
  }
  if (path === "/tokenize") {
    const text = llama ? body.content : body.prompt;
    return { status: 200, answer: { tokens: await options.encode(String(text)) } };
  }
  const prompt = body.prompt ?? [];
  if (prompt.length >= contextLength) return refuse(400, `a context of ${contextLength} is exceeded`);
  if (path === "/v1/completions" && !llama) {
    if (!models.includes(String(body.model))) return refuse(404, "The model does not exist");
    return completions(options, body, prompt);
  }
  if (path === "/completion" && llama) return completion(options, body, prompt);
  return refuse(404, "Not Found");
}

const likeliest = (logs: readonly number[], count: number): number[] =>
  logs
    .map((_, id) => id)
    .sort((a, b) => logs[b]! - logs[a]! || a - b)
    .slice(0, count);

async function generate(options: ModelServerOptions, prompt: readonly number[], most: number, ends: readonly number[]) {
  const ids: number[] = [];
  const logs: number[][] = [];
  while (ids.length < most) {
    const next = await options.next([...prompt, ...ids]);
    const [id] = likeliest(next, 1);
    ids.push(id!);
    logs.push(next);
    if (ends.includes(id!)) return { ids, logs, ended: true };
  }
  return { ids, logs, ended: false };
}

async function completions(options: ModelServerOptions, body: Body, prompt: readonly number[]): Promise<Reply> {
  const { kind } = options;
  const count = body.logprobs as number | undefined;
  if (count !== undefined && count > 20) return refuse(400, "logprobs: at most 20");
  const withPrompt = kind === "vllm";
  const stops = [...options.endIds, ...((body.stop_token_ids as number[] | undefined) ?? [])];
  const { ids, logs, ended } = await generate(options, prompt, (body.max_tokens as number | undefined) ?? 16, stops);
  const plain = kind === "text only";
  const name = (id: number): string => (body.return_tokens_as_token_ids && !plain ? `token_id:${id}` : `<${id}>`);
  const before = async (): Promise<number[][]> =>
    Promise.all(prompt.slice(1).map((_, i) => options.next(prompt.slice(0, i + 1))));
  const choice: Record<string, unknown> = {
    index: 0,
    text: "",
    finish_reason: ended ? "stop" : "length",
    logprobs: null,
  };
  if (body.return_token_ids && withPrompt) choice.token_ids = ids;
  if (body.prompt_logprobs !== undefined && withPrompt) {
    const rows = await before();
    choice.prompt_logprobs = [
      null,
      ...rows.map((row, i) =>
        Object.fromEntries(
          [prompt[i + 1]!, ...likeliest(row, 1)].map((id) => [id, { logprob: row[id], rank: 1, decoded_token: "" }]),
        ),
      ),
    ];
  }
  if (count !== undefined) {
    const wanted = withPrompt ? (body.logprob_token_ids as number[] | undefined) : undefined;
    const echo = body.echo === true && !plain;
    const rows: (number[] | undefined)[] = echo ? [undefined, ...(await before()), ...logs] : logs;
    const shown = echo ? [...prompt, ...ids] : ids;
    choice.logprobs = {
      tokens: shown.map(name),
      token_logprobs: shown.map((id, i) => rows[i]?.[id] ?? null),
      top_logprobs: shown.map(
        (id, i) =>
          rows[i] &&
          Object.fromEntries(
            [id, ...(wanted ?? likeliest(rows[i], count))].map((each) => [name(each), rows[i]![each]]),
          ),
      ),
    };
  }
  return { status: 200, answer: { model: body.model, choices: [choice], usage: { prompt_tokens: prompt.length } } };
}

async function completion(options: ModelServerOptions, body: Body, prompt: readonly number[]): Promise<Reply> {
  const biases = new Map((body.logit_bias as [number, number][] | undefined) ?? []);
  const most = body.n_predict as number;
  const forced = await generate(
    { ...options, next: async (ids) => (await options.next(ids)).map((log, id) => log + (biases.get(id) ?? 0)) },
    prompt,
    most,
    options.endIds,
  );
  const answer: Record<string, unknown> = {
    tokens: body.return_tokens ? forced.ids : [],
    tokens_evaluated: prompt.length,
    stop_type: forced.ended ? "eos" : "limit",
  };
  const count = body.n_probs as number | undefined;
  if (count !== undefined) {
    const rows: unknown[] = [];
    for (const [i, id] of forced.ids.entries()) {
      if (options.unlisted?.(id)) continue;
      const row = await options.next([...prompt, ...forced.ids.slice(0, i)]);
      rows.push({
        id,
        logprob: row[id],
        top_logprobs: likeliest(row, count).map((each) => ({ id: each, logprob: row[each] })),
      });
    }
    if (rows.length > 0) answer.completion_probabilities = rows;
  }
  return { status: 200, answer };
}

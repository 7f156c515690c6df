/**
 * OpenAI's `/v1/completions` with vLLM's fields: prompts as token ids, `prompt_logprobs` for given continuations,
 * `return_token_ids` and `return_tokens_as_token_ids` for ids of what is generated, `logprob_token_ids` for choices.
 * A server that knows `echo` instead of `prompt_logprobs` is asked by that.
 */
import type { GenerateRequest, GenerateResult, ScoreRequest } from "../language-model.js";
import { cutAnswer, type Dialect } from "./dialect.js";
import type { EndpointClient } from "./endpoint-client.js";
import { malformed, RequestFailure } from "./endpoint-errors.js";
import { arrayAt, at, idsAt, logAt } from "./reply.js";

/** What one server gives, as `probeCompletions` found it. */
export interface CompletionFields {
  /** Where log-probabilities of a given text are. */
  given: "prompt_logprobs" | "echo" | undefined;
  /** Likeliest tokens whose ids and log-probabilities come with a generated one; 0: none. */
  top: number;
  /** Where ids of generated tokens are. */
  ids: "token_ids" | "logprobs" | undefined;
}

const greedy = {
  temperature: 0,
  top_p: 1,
  min_p: 0,
  presence_penalty: 0,
  frequency_penalty: 0,
  repetition_penalty: 1,
  n: 1,
};
/** Log-probabilities that vLLM gives at most unless it is told otherwise, and OpenAI gave. */
const tops = [20, 5];
const idForm = /^token_id:(\d+)$/;

async function complete(client: EndpointClient, model: string, prompt: readonly number[], body: object) {
  const answer = await client.post("/v1/completions", { model, prompt, ...greedy, ...body });
  const counted = at(answer, "usage", "prompt_tokens");
  if (typeof counted === "number" && counted !== prompt.length) {
    throw malformed(`a prompt of ${counted} tokens, not the ${prompt.length} that were sent`);
  }
  return at(answer, "choices", 0);
}

/** Asks for everything, and sees what comes. Throws what `client` throws where nothing does. */
export async function probeCompletions(
  client: EndpointClient,
  model: string,
  prompt: readonly number[],
): Promise<CompletionFields> {
  const ask = async (body: object): Promise<unknown> => {
    try {
      return await complete(client, model, prompt, { max_tokens: 1, ...body });
    } catch (error) {
      if (error instanceof RequestFailure && error.status !== undefined && error.status !== 404) return undefined;
      throw error;
    }
  };
  const plain = await ask({});
  if (plain === undefined) return { given: undefined, top: 0, ids: undefined };
  const withIds = await ask({ return_token_ids: true });
  let top = 0;
  let named = false;
  for (const count of tops) {
    const choice = await ask({ logprobs: count, return_tokens_as_token_ids: true });
    named = idForm.test(String(at(choice, "logprobs", "tokens", 0)));
    if (named) {
      top = count;
      break;
    }
  }
  const given = await ask({ prompt_logprobs: 1 });
  const last = prompt.length - 1;
  const hasPrompt = typeof at(given, "prompt_logprobs", last, String(prompt[last]), "logprob") === "number";
  const echoed = hasPrompt ? undefined : await ask({ echo: true, logprobs: 1 });
  const hasEcho = typeof at(echoed, "logprobs", "token_logprobs", last) === "number";
  return {
    given: hasPrompt ? "prompt_logprobs" : hasEcho ? "echo" : undefined,
    top,
    ids: Array.isArray(at(withIds, "token_ids")) ? "token_ids" : named ? "logprobs" : undefined,
  };
}

export function completions(client: EndpointClient, model: string, { given, top, ids }: CompletionFields): Dialect {
  /** Log-probabilities after a prompt, of `wanted` where the server takes it, else of the likeliest. */
  const nextTokens = async (prompt: readonly number[], wanted: readonly number[]): Promise<Map<number, number>> => {
    const fields = { max_tokens: 1, logprobs: top, logprob_token_ids: wanted, return_tokens_as_token_ids: true };
    const choice = await complete(client, model, prompt, fields);
    const logs = new Map<number, number>();
    const listed = at(choice, "logprobs", "top_logprobs", 0);
    if (typeof listed !== "object" || listed === null) throw malformed("no list at choices.0.logprobs.top_logprobs");
    for (const name of Object.keys(listed)) {
      const id = idForm.exec(name)?.[1];
      if (id !== undefined) logs.set(Number(id), logAt(listed, name));
    }
    return logs;
  };

  const continuation = async (prompt: readonly number[], tokens: readonly number[]): Promise<number[]> => {
    const whole = [...prompt, ...tokens];
    if (given === "prompt_logprobs") {
      const choice = await complete(client, model, whole, { max_tokens: 1, prompt_logprobs: 1 });
      const list = arrayAt(choice, "prompt_logprobs");
      return tokens.map((id, i) => logAt(list, prompt.length + i, String(id), "logprob"));
    }
    const choice = await complete(client, model, whole, { max_tokens: 1, echo: true, logprobs: 1 });
    const list = arrayAt(choice, "logprobs", "token_logprobs");
    return tokens.map((_, i) => logAt(list, prompt.length + i));
  };

  const score = async ({ prompt, continuations }: ScoreRequest): Promise<number[][]> => {
    const single = continuations.filter(({ length }) => length === 1).map(([id]) => id!);
    const known = top > 0 && single.length > 0 ? await nextTokens(prompt, single) : new Map<number, number>();
    return Promise.all(
      continuations.map((tokens) => {
        const log = tokens.length === 1 ? known.get(tokens[0]!) : undefined;
        return log === undefined ? continuation(prompt, tokens) : [log];
      }),
    );
  };

  const generate = async (request: GenerateRequest): Promise<GenerateResult> => {
    const fields = ids === "token_ids" ? { return_token_ids: true } : { logprobs: 1, return_tokens_as_token_ids: true };
    const { prompt, maxTokens, stopIds } = request;
    const choice = await complete(client, model, prompt, { max_tokens: maxTokens, stop_token_ids: stopIds, ...fields });
    const found =
      ids === "token_ids"
        ? idsAt(choice, "token_ids")
        : arrayAt(choice, "logprobs", "tokens").map((name) => Number(idForm.exec(String(name))?.[1] ?? Number.NaN));
    if (found.some(Number.isNaN)) throw malformed("something that is no token id at choices.0.logprobs.tokens");
    return cutAnswer(found, request, at(choice, "finish_reason") === "stop");
  };

  const lacks: Dialect["lacks"] = {};
  if (given === undefined) lacks.score = "log-probabilities of given continuations (neither prompt_logprobs nor echo)";
  if (ids === undefined)
    lacks.generate = "token ids of what it generates (neither return_token_ids nor token ids in logprobs)";
  return {
    name: given === undefined ? "completions" : `completions with ${given}`,
    ...(given !== undefined && { score }),
    ...(ids !== undefined && { generate }),
    lacks,
  };
}

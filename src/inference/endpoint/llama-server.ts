/**
 * llama.cpp's llama-server, by its own `/completion`, which takes and gives token ids. It has no log-probabilities of a
 * prompt. The log-probability of a given token is that of a token generated under a bias so strong that nothing else
 * is chosen: what is reported is taken before any bias or sampling.
 */
import type { GenerateRequest, GenerateResult, ScoreRequest } from "../language-model.js";
import { cutAnswer, type Dialect } from "./dialect.js";
import type { EndpointClient } from "./endpoint-client.js";
import { malformed } from "./endpoint-errors.js";
import { arrayAt, at, idsAt, logAt } from "./reply.js";

/** Likeliest tokens that are asked for where several first tokens of one prompt are wanted. */
const topTokens = 100;
/** More than any two logits differ by. */
const bias = 1e6;
/** The server gives as many as it has. */
const allTokens = 1e7;

const greedy = {
  temperature: 0,
  repeat_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  dry_multiplier: 0,
  xtc_probability: 0,
  cache_prompt: true,
};

/** `endId`: an id that ends an answer. */
export function llamaServer(client: EndpointClient, endId: number | undefined): Dialect {
  const complete = async (prompt: readonly number[], body: object): Promise<unknown> => {
    const answer = await client.post("/completion", { prompt, ...greedy, ...body });
    const evaluated = at(answer, "tokens_evaluated");
    if (evaluated !== undefined && evaluated !== prompt.length) {
      throw malformed(`a prompt of ${evaluated} tokens, not the ${prompt.length} that were sent`);
    }
    return answer;
  };

  /** Log-probabilities of the likeliest tokens and of `forced` after a prompt, by id. */
  const nextTokens = async (prompt: readonly number[], forced: number, top: number): Promise<Map<number, number>> => {
    const answer = await complete(prompt, { n_predict: 1, n_probs: top, logit_bias: [[forced, bias]] });
    const logs = new Map<number, number>();
    // A token that ends in the midst of a character is not listed.
    const listed = at(answer, "completion_probabilities", 0);
    if (listed === undefined) return logs;
    for (const entry of arrayAt(listed, "top_logprobs")) logs.set(Number(at(entry, "id")), logAt(entry, "logprob"));
    logs.set(Number(at(listed, "id")), logAt(listed, "logprob"));
    return logs;
  };

  const logOf = async (prompt: readonly number[], token: number): Promise<number> => {
    const log = (await nextTokens(prompt, token, 1)).get(token);
    if (log !== undefined) return log;
    // The end of an answer is always listed, and beside it, on demand, every other token.
    const all = endId === undefined ? undefined : (await nextTokens(prompt, endId, allTokens)).get(token);
    if (all === undefined) throw malformed(`no log-probability of token ${token}`);
    return all;
  };

  const score = async ({ prompt, continuations }: ScoreRequest): Promise<number[][]> => {
    const firsts = [...new Set(continuations.map((tokens) => tokens[0]!))];
    const known = await nextTokens(prompt, firsts[0]!, firsts.length === 1 ? 1 : topTokens);
    // One behind the other: the server goes on from the prompt that it has in memory.
    for (const first of firsts) if (!known.has(first)) known.set(first, await logOf(prompt, first));
    const scores: number[][] = [];
    for (const tokens of continuations) {
      const row = [known.get(tokens[0]!)!];
      for (let i = 1; i < tokens.length; i++) row.push(await logOf([...prompt, ...tokens.slice(0, i)], tokens[i]!));
      scores.push(row);
    }
    return scores;
  };

  const generate = async (request: GenerateRequest): Promise<GenerateResult> => {
    const answer = await complete(request.prompt, { n_predict: request.maxTokens, return_tokens: true });
    const ids = idsAt(answer, "tokens");
    const ended = at(answer, "stop_type") === "eos";
    // Its own ends of an answer may be more than ours, and the last id is one.
    return cutAnswer(ended ? ids.slice(0, -1) : ids, request, ended);
  };

  return { name: "llama-server", score, generate, lacks: {} };
}

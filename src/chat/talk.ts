/**
 * A conversation with a model: greedy answers, spoken as they come. What does not fit into the context any more is forgotten, the oldest
 * question and its answer first.
 */
import { EngineError } from "../errors.js";
import type { LanguageModel } from "../inference/language-model.js";
import { encodeChat } from "../tokenizer/chat-template.js";
import type { ChatMessage, Tokenizer } from "../tokenizer/tokenizer.js";

export interface Talker {
  name: string;
  model: LanguageModel;
  tokenizer: Tokenizer;
  /** Ids that end an answer. */
  stopIds: readonly number[];
}

export interface TalkOptions {
  /** System message of the whole conversation. */
  system?: string | undefined;
  /** Of an answer. */
  maxTokens: number;
}

export interface Reply {
  text: string;
  /** Tokens of the answer, and characters in them: what a vocabulary is for. */
  tokens: number;
  characters: number;
  /** Of the answer, the reading of the question included. */
  seconds: number;
  stopped: "stop" | "length";
  /** Messages that were dropped from the front this time. */
  forgotten: number;
}

export interface Talk {
  /** Throws `EngineError` `chat.too_long` where the question alone does not fit. */
  say(question: string, onText?: (text: string) => void): Promise<Reply>;
  /** Begins anew. */
  forget(): void;
}

export function startTalk({ name, model, tokenizer, stopIds }: Talker, { system, maxTokens }: TalkOptions): Talk {
  const head: ChatMessage[] = system === undefined ? [] : [{ role: "system", content: system }];
  let messages: ChatMessage[] = [];

  const fitting = async (): Promise<{ ids: number[]; forgotten: number }> => {
    for (let forgotten = 0; ; forgotten += 2) {
      const { ids } = await encodeChat(tokenizer, [...head, ...messages], { addGenerationPrompt: true });
      if (ids.length + maxTokens <= model.contextLength) return { ids, forgotten };
      if (messages.length <= 1) {
        const text = `${name}: the question has ${ids.length} tokens and the answer up to ${maxTokens}, more than the context of ${model.contextLength}`;
        throw new EngineError("chat.too_long", text, {
          hint: "A shorter question, or fewer --max-tokens.",
          exitCode: 2,
        });
      }
      messages = messages.slice(2);
    }
  };

  return {
    async say(question, onText = () => {}) {
      const before = messages;
      messages = [...messages, { role: "user", content: question }];
      try {
        const { ids, forgotten } = await fitting();
        const started = performance.now();
        const spoken = createSpeech(tokenizer, onText);
        const request = { prompt: ids, maxTokens, stopIds };
        const [result] = await model.generate([request], undefined, (_, token) => spoken.add(token));
        const seconds = (performance.now() - started) / 1000;
        const text = await spoken.end(result!.tokens);
        messages = [...messages, { role: "assistant", content: text.trim() }];
        const { tokens, stopped } = result!;
        return { text, tokens: tokens.length, characters: [...text].length, seconds, stopped, forgotten };
      } catch (error) {
        messages = before;
        throw error;
      }
    },
    forget() {
      messages = [];
    },
  };
}

/** Says the text of tokens as far as it is certain: a character may need several tokens. */
function createSpeech(tokenizer: Tokenizer, onText: (text: string) => void) {
  const tokens: number[] = [];
  let said = "";
  let speaking = Promise.resolve();
  const say = async (ids: readonly number[], isWhole: boolean): Promise<void> => {
    const text = await tokenizer.decode(ids, true);
    const certain = isWhole ? text : text.replace(/\ufffd+$/, "");
    if (!certain.startsWith(said) || certain === said) return;
    onText(certain.slice(said.length));
    said = certain;
  };
  return {
    add(token: number): void {
      tokens.push(token);
      const now = [...tokens];
      speaking = speaking.then(() => say(now, false));
    },
    async end(all: readonly number[]): Promise<string> {
      await speaking;
      await say(all, true);
      return tokenizer.decode(all, true);
    },
  };
}

/**
 * An item's conversation as token ids: few-shot examples stand in front as earlier turns, the first nearest to the
 * question, as many as fit; of a dialogue as many turns as fit, the newest first.
 */
import { encodeChat } from "../tokenizer/chat-template.js";
import type { ChatMessage, Tokenizer } from "../tokenizer/tokenizer.js";
import type { Item } from "./items.js";
import { QuestionFailure } from "./question-failure.js";
import type { Dialogue, Task } from "./task.js";

export interface ConversationOptions {
  tokenizer: Tokenizer;
  /** Positions of the model's context. */
  contextLimit: number;
  system: string | undefined;
}

export interface Conversation {
  text: string;
  ids: number[];
}

/** Tokens that must be free behind the prompt: alone it must leave `least`, behind examples or turns `room`. */
export interface Room {
  least: number;
  room: number;
}

/** Throws `QuestionFailure` where the question alone is too long, `TokenizerError` where the template fails or BOS comes out doubled. */
export async function encodeConversation(
  options: ConversationOptions,
  item: Item,
  question: { messages: ChatMessage[]; dialogue?: Dialogue },
  examples: readonly ChatMessage[][],
  room: Room,
): Promise<Conversation> {
  const { contextLimit } = options;
  const chat = conversationEncoder(options, question.messages);
  const { dialogue } = question;
  if (dialogue !== undefined && dialogue.turns.length > 0) {
    const fitting = await fitDialogue(options, dialogue, room.room, chat);
    if (fitting !== undefined) return fitting;
  }
  // Nearly always all examples fit: they are tried first, the farthest given up first.
  for (let count = examples.length; count > 0; count--) {
    const shots = examples.slice(0, count).reverse().flat();
    const candidate = await chat([...shots, ...turnsOf(question.messages)]);
    if (candidate.ids.length + room.room <= contextLimit) return candidate;
  }
  const alone = await chat(turnsOf(dialogue?.messages(dialogue.turns.length) ?? question.messages));
  if (alone.ids.length + room.least <= contextLimit) return alone;
  throw new QuestionFailure(
    "benchmark.prompt_too_long",
    `${item.place}: the prompt has ${alone.ids.length} tokens, which leaves no room for the answer in a context of ${contextLimit}`,
  );
}

type EncodeTurns = (turns: ChatMessage[]) => Promise<Conversation>;

const turnsOf = (messages: readonly ChatMessage[]): ChatMessage[] => messages.filter(({ role }) => role !== "system");

function conversationEncoder({ tokenizer, ...options }: ConversationOptions, messages: ChatMessage[]): EncodeTurns {
  const open = messages.at(-1)?.role === "assistant";
  const system = options.system ?? messages.find(({ role }) => role === "system")?.content;
  const head: ChatMessage[] = system === undefined ? [] : [{ role: "system", content: system }];
  const end = open ? { continueFinalMessage: true } : { addGenerationPrompt: true };
  return (turns) => encodeChat(tokenizer, [...head, ...turns], end);
}

/** The question behind the most turns that fit; undefined where none does. */
async function fitDialogue(
  { tokenizer, contextLimit }: ConversationOptions,
  { turns, messages }: Dialogue,
  room: number,
  chat: EncodeTurns,
): Promise<Conversation | undefined> {
  const from = async (first: number): Promise<Conversation | undefined> => {
    const candidate = await chat(turnsOf(messages(first)));
    return candidate.ids.length + room <= contextLimit ? candidate : undefined;
  };
  // The turns' own lengths tell nearly where the first one is; what the tokenizer makes of them together decides.
  const bare = await chat(turnsOf(messages(turns.length)));
  let left = contextLimit - room - bare.ids.length;
  let first = turns.length;
  while (first > 0) {
    left -= (await tokenizer.encode(`\n${turns[first - 1]!}`)).length;
    if (left < 0) break;
    first--;
  }
  let fitting = await from(first);
  while (fitting === undefined && first < turns.length) fitting = await from(++first);
  while (fitting !== undefined && first > 0) {
    const longer = await from(first - 1);
    if (longer === undefined) break;
    fitting = longer;
    first--;
  }
  return fitting;
}

/** An example of the `prompt` split as it stands in front of a question: with its own answer, or the gold one added. */
export function exampleTurns(task: Task, example: Item): ChatMessage[] {
  const turns = turnsOf(example.messages);
  const target = task.target(example);
  const last = turns.at(-1);
  if (last?.role !== "assistant") return [...turns, { role: "assistant", content: target }];
  if (last.content.trimEnd().endsWith(target)) return turns;
  // The turn is as open as the question's own.
  return [...turns.slice(0, -1), { role: "assistant", content: `${last.content.trimEnd()} ${target}`.trimStart() }];
}

/**
 * A conversation as token ids. It is encoded in pieces that end where the assistant begins and ceases to speak, so that
 * the ids in front of an answer are in training exactly the ids of the prompt that a model answers to: text encoded
 * across that border could merge the two.
 */
import { TokenizerError } from "../errors.js";
import { renderChat } from "./render-chat.js";
import type { ChatMessage, Tokenizer } from "./tokenizer.js";

export interface EncodeChatOptions {
  /** Ends with the header of the assistant's turn, ready for an answer. */
  addGenerationPrompt?: boolean;
  /** Leaves the last message, the assistant's, open: no end of turn behind it. */
  continueFinalMessage?: boolean;
}

export interface EncodedChat {
  text: string;
  ids: number[];
  /** assistant[i]: token i belongs to an answer of the assistant, the end of its turn included. */
  assistant: boolean[];
}

export { type RenderChatOptions, renderChat } from "./render-chat.js";

interface Piece {
  text: string;
  assistant: boolean;
}

/**
 * Without a chat template the contents follow one another on lines of their own, BOS in front.
 * Throws `TokenizerError` where the template fails, an answer is not found in its text, or BOS comes out doubled.
 */
export async function encodeChat(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  options: EncodeChatOptions = {},
): Promise<EncodedChat> {
  if (options.continueFinalMessage && messages.at(-1)?.role !== "assistant") {
    throw new TokenizerError("tokenizer.chat", "only a last message of the assistant can be continued");
  }
  const pieces =
    tokenizer.chatTemplate === undefined
      ? plainPieces(tokenizer, messages, options)
      : templatePieces(tokenizer, tokenizer.chatTemplate, messages, options);
  const encoded = await tokenizer.encodeBatch(pieces.map((piece) => piece.text));
  const ids = encoded.flat();
  const { bosId } = tokenizer;
  if (bosId !== undefined && ids[0] === bosId && ids[1] === bosId) {
    throw new TokenizerError(
      "tokenizer.double_bos",
      `${tokenizer.source}: the conversation begins with two BOS tokens`,
      {
        hint: "A message must not begin with BOS: the chat template writes it.",
      },
    );
  }
  const assistant = encoded.flatMap((part, i) => part.map(() => pieces[i]!.assistant));
  return { text: pieces.map((piece) => piece.text).join(""), ids, assistant };
}

function plainPieces(tokenizer: Tokenizer, messages: readonly ChatMessage[], options: EncodeChatOptions): Piece[] {
  const bos = tokenizer.bosId === undefined ? "" : (tokenizer.tokenOf(tokenizer.bosId) ?? "");
  const pieces: Piece[] = [];
  let open = bos;
  for (const [i, { role, content }] of messages.entries()) {
    const separator = i + 1 < messages.length || options.addGenerationPrompt ? "\n" : "";
    if (role === "assistant") {
      pieces.push({ text: open, assistant: false }, { text: content, assistant: true });
      open = separator;
    } else {
      open += content + separator;
    }
  }
  pieces.push({ text: open, assistant: false });
  return pieces.filter((piece) => piece.text !== "");
}

function templatePieces(
  tokenizer: Tokenizer,
  template: string,
  messages: readonly ChatMessage[],
  options: EncodeChatOptions,
): Piece[] {
  const tokenText = (id: number | undefined): string | undefined =>
    id === undefined ? undefined : tokenizer.tokenOf(id);
  const tokens = { bosToken: tokenText(tokenizer.bosId), eosToken: tokenText(tokenizer.eosIds[0]) };
  const render = (count: number, addGenerationPrompt: boolean): string =>
    renderChat(template, messages.slice(0, count), { ...tokens, addGenerationPrompt, source: tokenizer.source });
  const marks = [...tokenizer.addedIds].map((id) => tokenizer.tokenOf(id)).filter((mark) => mark !== undefined);

  const whole = render(messages.length, options.addGenerationPrompt ?? false);
  const pieces: Piece[] = [];
  let cursor = 0;
  for (const [i, { role, content }] of messages.entries()) {
    if (role !== "assistant") continue;
    const final = options.continueFinalMessage === true && i === messages.length - 1;
    const found =
      spanByPrefix(whole, cursor, render(i, true), () => render(i + 1, false)) ??
      spanByContent(whole, Math.max(cursor, sharedStart(whole, render(i, false))), content, marks);
    if (found === undefined) {
      throw new TokenizerError(
        "tokenizer.chat_template",
        `${tokenizer.source}: the chat template hides the assistant's answer in message ${i + 1}`,
      );
    }
    const [start, turnEnd] = found;
    const end = final
      ? contentEnd(whole, start, turnEnd, content)
      : start + turnLength(whole.slice(start, turnEnd), marks);
    pieces.push({ text: whole.slice(cursor, start), assistant: false });
    pieces.push({ text: whole.slice(start, end), assistant: true });
    cursor = end;
    if (final) return pieces.filter((piece) => piece.text !== "");
  }
  pieces.push({ text: whole.slice(cursor), assistant: false });
  return pieces.filter((piece) => piece.text !== "");
}

type Span = [start: number, end: number];

/** The answer is what the template adds to the conversation before it; undefined where it rewrites earlier turns. */
function spanByPrefix(whole: string, cursor: number, before: string, rendered: () => string): Span | undefined {
  if (before.length < cursor || !whole.startsWith(before)) return undefined;
  const after = rendered();
  return after.length > before.length && whole.startsWith(after) ? [before.length, after.length] : undefined;
}

/** How much of the conversation before the answer stands in front: the same words may stand in a question, too. */
function sharedStart(whole: string, before: string): number {
  let at = 0;
  while (at < before.length && before[at] === whole[at]) at++;
  return at;
}

/** The answer's own words, and the marks right behind them. */
function spanByContent(whole: string, cursor: number, content: string, marks: readonly string[]): Span | undefined {
  const words = content.trim();
  const start = words === "" ? -1 : whole.indexOf(words, cursor);
  if (start < 0) return undefined;
  const end = start + words.length;
  const mark = marks.find((candidate) => whole.startsWith(candidate, end));
  return [start, end + (mark?.length ?? 0)];
}

/** Length of an answer up to its end-of-turn mark: line feeds that a template puts behind it are nobody's words. */
function turnLength(answer: string, marks: readonly string[]): number {
  const trimmed = answer.trimEnd();
  return marks.some((mark) => trimmed.endsWith(mark)) ? trimmed.length : answer.length;
}

function contentEnd(whole: string, start: number, turnEnd: number, content: string): number {
  if (content.trim() === "") return start;
  const answer = whole.slice(start, turnEnd);
  for (const words of [content, content.trimStart(), content.trim()]) {
    const at = answer.lastIndexOf(words);
    if (at >= 0) return start + at + words.length;
  }
  throw new TokenizerError(
    "tokenizer.chat_template",
    "the chat template changes the assistant's answer: it cannot be continued",
  );
}

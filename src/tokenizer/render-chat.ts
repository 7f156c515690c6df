/** Chat templates (Jinja), rendered in an interpreter that can reach nothing but its arguments. */
import { Environment, Template } from "@huggingface/jinja";
import { TokenizerError } from "../errors.js";
import { BoundedInterpreter } from "./bounded-interpreter.js";
import type { ChatMessage } from "./tokenizer.js";

export interface RenderChatOptions {
  /** Ends with the header of the assistant's turn. */
  addGenerationPrompt?: boolean;
  bosToken?: string | undefined;
  eosToken?: string | undefined;
  /** The tokenizer that the template belongs to, for messages. */
  source?: string;
}

const parsed = new Map<string, Template>();

/** Text of a conversation. Throws `TokenizerError` where the template is wrong, refuses the messages or takes too much work. */
export function renderChat(
  template: string,
  messages: readonly ChatMessage[],
  options: RenderChatOptions = {},
): string {
  try {
    let compiled = parsed.get(template);
    if (compiled === undefined) {
      compiled = new Template(template);
      parsed.set(template, compiled);
    }
    const environment = new Environment();
    const variables = {
      ...globals,
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: options.addGenerationPrompt ?? false,
      bos_token: options.bosToken ?? "",
      eos_token: options.eosToken ?? "",
    };
    for (const [name, value] of Object.entries(variables)) environment.set(name, value);
    return String(new BoundedInterpreter(environment).run(compiled.parsed).value);
  } catch (cause) {
    const place = options.source === undefined ? "" : `${options.source}: `;
    throw new TokenizerError("tokenizer.chat_template", `${place}chat template: ${(cause as Error).message}`, {
      cause,
      hint: "The template may want the roles to alternate, or know no system message.",
    });
  }
}

const longestRange = 10_000;

/** Python's `range`, short enough that no template can fill the memory. */
function boundedRange(first: unknown, second?: unknown, third?: unknown): number[] {
  const [start, stop] = typeof second === "number" ? [Number(first), second] : [0, Number(first)];
  const step = typeof third === "number" ? third : 1;
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!(length <= longestRange)) {
    throw new RangeError(`range of ${length} numbers is too long`);
  }
  return Array.from({ length }, (_, i) => start + i * step);
}

/** A template that asks for today's date gets one that never changes, so that prompts can be repeated. */
const dateParts: Record<string, string> = {
  Y: "2024",
  m: "07",
  d: "26",
  b: "Jul",
  B: "July",
  H: "00",
  M: "00",
  S: "00",
  A: "Friday",
  a: "Fri",
};

function fixedDate(format: unknown): string {
  return String(format).replace(/%(.)/g, (whole, part: string) => dateParts[part] ?? (part === "%" ? "%" : whole));
}

/** All that a template can call. */
const globals = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  range: boundedRange,
  strftime_now: fixedDate,
  raise_exception(message: unknown): never {
    throw new Error(String(message));
  },
};

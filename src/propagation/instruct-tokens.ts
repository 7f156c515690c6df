import type { Tokenizer } from "../tokenizer/tokenizer.js";

/** Where the instruct model's added tokens stand in the result. */
export interface InstructTokens {
  /** New id → the instruct model's id, for all of its added tokens. */
  rows: ReadonlyMap<number, number>;
  /** Tokens that instruction tuning brought (OpenChat's end of turn): they come behind the adapted vocabulary. Token → new id. */
  appended: ReadonlyMap<string, number>;
  /** Ids of the result's tokenizer. */
  size: number;
  idOf(token: string): number | undefined;
}

export function placeInstructTokens(instruct: Tokenizer, adapted: Tokenizer): InstructTokens {
  const rows = new Map<number, number>();
  const appended = new Map<string, number>();
  for (const id of [...instruct.addedIds].sort((a, b) => a - b)) {
    const token = instruct.tokenOf(id);
    if (token === undefined) continue;
    let newId = adapted.idOf(token);
    if (newId === undefined) {
      newId = adapted.size + appended.size;
      appended.set(token, newId);
    }
    rows.set(newId, id);
  }
  const idOf = (token: string): number | undefined => adapted.idOf(token) ?? appended.get(token);
  return { rows, appended, size: adapted.size + appended.size, idOf };
}

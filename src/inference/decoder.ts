/** A llama.cpp context and the batch that is being put together for it. */
import koffi from "koffi";
import { EngineError } from "../errors.js";
import type { LlamaLibrary, Pointer } from "./llama-library.js";

export interface DecoderOptions {
  /** Sequences held side by side. */
  sequences: number;
  /** Positions that a sequence may have; in one shared memory: that all of them have together. */
  cells: number;
  /**
   * One memory for all sequences, in which a token may belong to several of them (a shared prompt), or a memory
   * for each, in which a sequence's numbers do not depend on what the others hold.
   */
  shared: boolean;
  threads: number;
  /** Keys and values in f32 (else f16). */
  exact: boolean;
}

/**
 * Columns from which on a matrix product of ggml's CPU code sums in an order that does not depend on their number
 * (llamafile's kernels, `llamafile_sgemm`); fewer go another way, whose last bits differ.
 */
export const fewestColumns = process.arch === "x64" ? 2 : 4;
/** Tokens of one decode; longer inputs go in pieces. */
export const maxBatchTokens = 512;
/** Rows of logits of one decode: bounds memory where the vocabulary is large. */
export const maxBatchOutputs = 128;

export interface Decoder {
  readonly sequences: number;
  /** Tokens and rows of logits added since the last `run`. */
  readonly tokens: number;
  readonly outputs: number;
  /** Adds a token at `position` of all `sequences`; returns its index for `logits`. */
  add(token: number, position: number, sequences: readonly number[], output: boolean): number;
  /** Decodes what was added. Throws `EngineError`. */
  run(): Promise<void>;
  /** Logits after the token with this index, [vocabulary]; valid until the next `run`. */
  logits(index: number): Float32Array;
  /** Forgets positions `from` and later of a sequence, or of all with -1. */
  erase(sequence: number, from: number): void;
  /** `to` becomes all that `from` is, in a memory of its own: the memory is copied. */
  copy(from: number, to: number): void;
  free(): void;
}

const typeF32 = 0;
const typeF16 = 1;

export function createDecoder(llama: LlamaLibrary, model: Pointer, options: DecoderOptions): Decoder {
  const { sequences } = options;
  const params = llama.defaultContextParams();
  const type = options.exact ? typeF32 : typeF16;
  const context = llama.initContext(model, {
    ...params,
    n_ctx: options.shared ? options.cells : options.cells * sequences,
    n_batch: maxBatchTokens,
    n_ubatch: maxBatchTokens,
    n_seq_max: sequences,
    n_outputs_max: maxBatchOutputs,
    n_outputs_max_per_seq: maxBatchOutputs,
    n_threads: options.threads,
    n_threads_batch: options.threads,
    // Off: its kernels differ for one token and for many, which would make a sum depend on the batch.
    flash_attn_type: 0,
    type_k: type,
    type_v: type,
    kv_unified: options.shared,
    no_perf: true,
  });
  if (!context) {
    throw new EngineError(
      "inference.context",
      `llama.cpp cannot make a context of ${sequences} sequences with ${options.cells} positions`,
      { hint: "Less memory is needed with a shorter context or fewer parallel sequences." },
    );
  }
  const memory = llama.memory(context);
  const vocabulary = llama.vocabularySize(llama.vocabulary(model));
  const batch = allocateBatch(sequences);
  let tokens = 0;
  let outputs = 0;
  let ids = 0;
  return {
    sequences,
    get tokens() {
      return tokens;
    },
    get outputs() {
      return outputs;
    },
    add(token, position, members, output) {
      const index = tokens++;
      batch.token[index] = token;
      batch.position[index] = position;
      batch.members[index] = members.length;
      batch.output[index] = output ? 1 : 0;
      batch.setMemberList(index, ids);
      for (const member of members) batch.ids[ids++] = member;
      if (output) outputs++;
      return index;
    },
    async run() {
      const argument = { ...batch.pointers, n_tokens: tokens };
      const code = await new Promise<number>((resolve, reject) => {
        llama.decode.async(context, argument, (error: unknown, result: number) =>
          error ? reject(error) : resolve(result),
        );
      });
      tokens = 0;
      outputs = 0;
      ids = 0;
      if (code !== 0) throw new EngineError("inference.decode", `llama.cpp could not decode a batch (code ${code})`);
    },
    logits(index) {
      const row = llama.logits(context, index);
      if (!row) throw new EngineError("inference.logits", "llama.cpp has no logits for a token that asked for them");
      return new Float32Array(koffi.view(row, vocabulary * 4));
    },
    erase: (sequence, from) => void llama.eraseSequence(memory, sequence, from, -1),
    copy: (from, to) => llama.copySequence(memory, from, to, -1, -1),
    free() {
      llama.freeContext(context);
      batch.free();
    },
  };
}

/** The batch lives in C memory, since a decode on another thread reads it. */
function allocateBatch(sequences: number) {
  const room = maxBatchTokens;
  const blocks: Pointer[] = [];
  const allocate = (bytes: number): { pointer: Pointer; view: ArrayBuffer } => {
    const pointer = koffi.alloc("uint8_t", bytes) as unknown as Pointer;
    blocks.push(pointer);
    return { pointer, view: koffi.view(pointer, bytes) };
  };
  const pointerBytes = koffi.sizeof("void*");
  const token = allocate(4 * room);
  const position = allocate(4 * room);
  const members = allocate(4 * room);
  const output = allocate(room);
  const ids = allocate(4 * room * sequences);
  const lists = allocate(pointerBytes * (room + 1));
  const listView = pointerBytes === 8 ? new BigUint64Array(lists.view) : new Uint32Array(lists.view);
  return {
    token: new Int32Array(token.view),
    position: new Int32Array(position.view),
    members: new Int32Array(members.view),
    output: new Int8Array(output.view),
    ids: new Int32Array(ids.view),
    setMemberList(index: number, firstId: number): void {
      const address = ids.pointer + BigInt(4 * firstId);
      listView[index] = listView instanceof BigUint64Array ? address : (Number(address) as never);
    },
    pointers: {
      token: token.pointer,
      embd: null,
      pos: position.pointer,
      n_seq_id: members.pointer,
      seq_id: lists.pointer,
      logits: output.pointer,
    },
    free(): void {
      for (const block of blocks) koffi.free(block);
    },
  };
}

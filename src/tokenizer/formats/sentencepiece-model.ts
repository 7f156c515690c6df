/**
 * A SentencePiece `.model`: the protocol buffer `ModelProto` with pieces, how it was trained and how text is normalised.
 * What is not needed here is kept as it is, so that a model can be written back.
 * Source: sentencepiece_model.proto of google/sentencepiece.
 */

import { TokenizerError } from "../../errors.js";
import { isByteName } from "../byte-name.js";
import {
  bytesField,
  type Field,
  flagField,
  floatField,
  floatOf,
  numberField,
  ProtobufFault,
  readFields,
  textField,
  writeFields,
} from "./protobuf.js";

export const pieceTypes = ["NORMAL", "UNKNOWN", "CONTROL", "USER_DEFINED", "UNUSED", "BYTE"] as const;
export type PieceType = (typeof pieceTypes)[number];

export const modelTypes = ["UNIGRAM", "BPE", "WORD", "CHAR"] as const;
export type SentencePieceModelType = (typeof modelTypes)[number];

export interface Piece {
  piece: string;
  /** Unigram: log-probability; BPE: the pair of highest score is merged first. A 32-bit float. */
  score: number;
  type: PieceType;
}

export interface TrainerSpec {
  modelType: SentencePieceModelType;
  vocabularySize: number;
  treatWhitespaceAsSuffix: boolean;
  /** Characters without a piece become the pieces of their bytes. */
  byteFallback: boolean;
  /** -1: there is none. */
  unkId: number;
  bosId: number;
  eosId: number;
  padId: number;
  rest: readonly Field[];
}

export interface NormalizerSpec {
  name: string;
  /** See precompiled-charsmap.ts; empty: no characters are replaced. */
  charsmap: Uint8Array;
  /** A space in front of the text. */
  addDummyPrefix: boolean;
  /** Spaces at the ends go, runs of spaces become one. */
  removeExtraWhitespaces: boolean;
  /** Spaces are written `▁` in pieces. */
  escapeWhitespaces: boolean;
  rest: readonly Field[];
}

export interface SentencePieceModel {
  /** By id. */
  pieces: readonly Piece[];
  trainer: TrainerSpec;
  normalizer: NormalizerSpec;
  rest: readonly Field[];
}

/** `source` is named in messages. Throws `TokenizerError` naming the entry that is wrong. */
export function parseSentencePieceModel(bytes: Uint8Array, source: string): SentencePieceModel {
  const pieces: Piece[] = [];
  const trainer: Field[] = [];
  const normalizer: Field[] = [];
  const rest: Field[] = [];
  const fail = (place: string, fault: string): never => {
    throw new TokenizerError("tokenizer.model_invalid", `${source}: ${place}: ${fault}`, {
      hint: "The file is damaged, or it is not a SentencePiece model.",
    });
  };
  const within = <T>(place: () => string, work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      if (!(cause instanceof ProtobufFault)) throw cause;
      return fail(place(), `${cause.message} (at its byte ${cause.at})`);
    }
  };
  within(
    () => (pieces.length === 0 ? "its start" : `behind piece ${pieces.length - 1}`),
    () => {
      for (const field of readFields(bytes)) {
        if (field.wire !== 2) rest.push(field);
        else if (field.number === 1) {
          const place = `piece ${pieces.length}`;
          pieces.push(
            within(
              () => place,
              () => readPiece(field.value, (fault) => fail(place, fault)),
            ),
          );
        } else if (field.number === 2)
          within(
            () => "trainer_spec",
            () => {
              for (const inner of readFields(field.value)) trainer.push(inner);
            },
          );
        else if (field.number === 3)
          within(
            () => "normalizer_spec",
            () => {
              for (const inner of readFields(field.value)) normalizer.push(inner);
            },
          );
        else rest.push(field);
      }
    },
  );
  checkPieces(pieces, fail);
  return {
    pieces,
    trainer: readTrainer(trainer, fail),
    normalizer: readNormalizer(normalizer, fail),
    rest,
  };
}

type Fail = (place: string, fault: string) => never;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readPiece(bytes: Uint8Array, fail: (fault: string) => never): Piece {
  const piece: Piece = { piece: "", score: 0, type: "NORMAL" };
  for (const { number, wire, value } of readFields(bytes)) {
    if (number === 1 && wire === 2) {
      try {
        piece.piece = utf8.decode(value);
      } catch {
        fail("its text is not valid UTF-8");
      }
    } else if (number === 2 && wire === 5) piece.score = floatOf(value);
    else if (number === 3 && wire === 0) piece.type = pieceTypes[Number(value) - 1] ?? fail(`unknown type ${value}`);
  }
  if (piece.piece === "") fail("it has no text");
  if (!Number.isFinite(piece.score)) fail(`its score is ${piece.score}`);
  return piece;
}

function checkPieces(pieces: readonly Piece[], fail: Fail): void {
  if (pieces.length === 0) fail("pieces", "there are none");
  const ids = new Map<string, number>();
  let unknown: number | undefined;
  for (const [id, { piece, type }] of pieces.entries()) {
    const other = ids.get(piece);
    if (other !== undefined) fail(`piece ${id}`, `${JSON.stringify(piece)} is piece ${other} already`);
    ids.set(piece, id);
    if (type === "BYTE" && !isByteName(piece)) fail(`piece ${id}`, `${JSON.stringify(piece)} is no byte`);
    if (type !== "UNKNOWN") continue;
    if (unknown !== undefined) fail(`piece ${id}`, `a second piece of type UNKNOWN beside piece ${unknown}`);
    unknown = id;
  }
  if (unknown === undefined) fail("pieces", "none is of type UNKNOWN");
}

/** Takes fields out of a message by number; what nobody asked for is left over. The last one counts. */
function fieldTaker(fields: readonly Field[]) {
  const known = new Set<number>();
  const last = (number: number, wire: number): Field | undefined => {
    known.add(number);
    return fields.findLast((field) => field.number === number && field.wire === wire);
  };
  const number = (field: number, fallback: number): number => {
    const value = last(field, 0)?.value;
    return value === undefined ? fallback : Number(BigInt.asIntN(32, value as bigint));
  };
  return {
    number,
    flag: (field: number, fallback: boolean): boolean => number(field, fallback ? 1 : 0) !== 0,
    bytes: (field: number): Uint8Array => (last(field, 2)?.value as Uint8Array | undefined) ?? new Uint8Array(0),
    rest: (): Field[] => fields.filter((field) => !known.has(field.number)),
  };
}

/** Defaults are those of the proto. */
function readTrainer(fields: readonly Field[], fail: Fail): TrainerSpec {
  const take = fieldTaker(fields);
  const type = take.number(3, 1);
  return {
    modelType: modelTypes[type - 1] ?? fail("trainer_spec.model_type", `unknown type ${type}`),
    vocabularySize: take.number(4, 8000),
    treatWhitespaceAsSuffix: take.flag(24, false),
    byteFallback: take.flag(35, false),
    unkId: take.number(40, 0),
    bosId: take.number(41, 1),
    eosId: take.number(42, 2),
    padId: take.number(43, -1),
    rest: take.rest(),
  };
}

function readNormalizer(fields: readonly Field[], fail: Fail): NormalizerSpec {
  const take = fieldTaker(fields);
  let name = "";
  try {
    name = utf8.decode(take.bytes(1));
  } catch {
    fail("normalizer_spec.name", "not valid UTF-8");
  }
  return {
    name,
    charsmap: take.bytes(2),
    addDummyPrefix: take.flag(3, true),
    removeExtraWhitespaces: take.flag(4, true),
    escapeWhitespaces: take.flag(5, true),
    rest: take.rest(),
  };
}

/** The bytes of a `.model`. Every field that is known here is written, also where it has its default. */
export function formatSentencePieceModel({ pieces, trainer, normalizer, rest }: SentencePieceModel): Uint8Array {
  const message = (number: number, fields: Field[]): Field => bytesField(number, writeFields(fields));
  return writeFields([
    ...pieces.map(({ piece, score, type }) =>
      message(1, [
        textField(1, piece),
        floatField(2, score),
        ...(type === "NORMAL" ? [] : [numberField(3, pieceTypes.indexOf(type) + 1)]),
      ]),
    ),
    message(2, [
      numberField(3, modelTypes.indexOf(trainer.modelType) + 1),
      numberField(4, trainer.vocabularySize),
      flagField(24, trainer.treatWhitespaceAsSuffix),
      flagField(35, trainer.byteFallback),
      numberField(40, trainer.unkId),
      numberField(41, trainer.bosId),
      numberField(42, trainer.eosId),
      numberField(43, trainer.padId),
      ...trainer.rest,
    ]),
    message(3, [
      textField(1, normalizer.name),
      ...(normalizer.charsmap.length > 0 ? [bytesField(2, normalizer.charsmap)] : []),
      flagField(3, normalizer.addDummyPrefix),
      flagField(4, normalizer.removeExtraWhitespaces),
      flagField(5, normalizer.escapeWhitespaces),
      ...normalizer.rest,
    ]),
    ...rest,
  ]);
}

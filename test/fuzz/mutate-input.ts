/**
 * One input out of a valid one: a file is missing, a folder, another's content, or damaged, outside (its bytes) or inside (the
 * JSON of a safetensors header, the text in a .gz, a line of JSON). The same seed and number always give the same input.
 */
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { parse } from "yaml";
import { createRandom, type Random } from "../../src/random.js";
import type { Input } from "./fuzz-reader.js";
import { mutateBytes } from "./mutate-bytes.js";
import { mutateJson } from "./mutate-json.js";
import { mutateLines } from "./mutate-lines.js";
import { zstdFrame } from "./zstd-frame.js";

/** Damages the content under a layer; undefined where there is no such layer. */
type Layer = (bytes: Buffer, random: Random, name: string) => Uint8Array | undefined;

const layers: readonly [ending: RegExp, layer: Layer][] = [
  [
    /\.gz$/,
    (bytes, random, name) => gzipSync(mutateContent(gunzipSync(bytes), name.slice(0, -3), random), { level: 1 }),
  ],
  [/\.zst$/, (bytes, random, name) => zstdFrame(mutateContent(zstdContent(bytes), name.slice(0, -4), random))],
  [/\.json$/, (bytes, random) => changedText(bytes, (text) => mutateJson(text, random))],
  [/\.ya?ml$/, (bytes, random) => changedText(bytes, (text) => mutateYaml(text, random))],
  [/\.(jsonl|txt|vec|tiktoken|tsv|jinja)$/, (bytes, random) => changedText(bytes, (text) => mutateLines(text, random))],
  [/\.safetensors$/, (bytes, random) => mutateHeader(bytes, random)],
];

const changedText = (bytes: Buffer, change: (text: string) => string | undefined): Buffer | undefined => {
  const text = change(bytes.toString("utf8"));
  return text === undefined ? undefined : Buffer.from(text);
};

/** Input `index` of the reader called `name`. */
export function mutatedInput(seeds: readonly Input[], name: string, seed: number, index: number): Input {
  const random = createRandom(createHash("sha256").update(`${name} ${seed} ${index}`).digest().readUInt32LE());
  const input = new Map(seeds[random.below(seeds.length)]!);
  const files = [...input.keys()];
  // Most inputs have one fault: a second one is rarely reached.
  const changes = random.below(4) === 0 ? 2 + random.below(3) : 1;
  for (let i = 0; i < changes; i++) {
    const file = files[random.below(files.length)]!;
    const content = input.get(file);
    if (content === undefined || content === "folder") continue;
    const rare = random.below(100);
    if (rare < 1) input.delete(file);
    else if (rare < 2) input.set(file, "folder");
    else if (rare < 3) input.set(file, new Uint8Array(0));
    else if (rare < 4) input.set(file, input.get(files[random.below(files.length)]!) ?? content);
    else input.set(file, mutateContent(Buffer.from(content), file, random));
  }
  return input;
}

function mutateContent(bytes: Buffer, name: string, random: Random): Uint8Array {
  const layer = layers.find(([ending]) => ending.test(name))?.[1];
  if (layer === undefined || random.below(3) === 0) return mutateBytes(bytes, random);
  try {
    return layer(bytes, random, name) ?? mutateBytes(bytes, random);
  } catch {
    // An earlier change has taken the layer away.
    return mutateBytes(bytes, random);
  }
}

/** What `zstdFrame` wrote: one block. */
const zstdContent = (frame: Buffer): Buffer => frame.subarray(12);

/** JSON is YAML. */
function mutateYaml(text: string, random: Random): string | undefined {
  return random.below(2) === 0 ? mutateLines(text, random) : mutateJson(JSON.stringify(parse(text)), random);
}

/** The JSON between the length and the tensors; the length fits again. */
function mutateHeader(bytes: Buffer, random: Random): Buffer | undefined {
  const end = 8 + Number(bytes.readBigUInt64LE());
  const header = mutateJson(bytes.subarray(8, end).toString("utf8"), random);
  if (header === undefined) return undefined;
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, bytes.subarray(end)]);
}

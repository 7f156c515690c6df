/** What the tensors of an adapter are for: halves of a product that is added to a matrix, or a whole tensor in place of the base's. */
import path from "node:path";
import { CheckpointError } from "../../errors.js";
import type { ModelConfig } from "../config.js";
import type { SafetensorsFile } from "../safetensors.js";
import { embeddingName, headName, tensorShapes } from "../tensor-names.js";
import { type AdapterConfig, adapterConfigFile, isModule } from "./adapter-config.js";

/** Names of tensors in the adapter's file. */
export interface Product {
  a?: string;
  b?: string;
  /** PEFT's form for embeddings: A is [rank, rows] and B [width, rank]. */
  ofEmbedding: boolean;
}

export interface AdapterPlan {
  /** By the tensor of the base that they change. */
  products: Map<string, Required<Product>>;
  replacements: Map<string, string>;
  /** Rows of embedding and head afterwards. */
  rows: number;
}

/** Throws `CheckpointError` (`checkpoint.adapter_differs`) where the adapter is not one of this base, or not whole; reads no values. */
export function planAdapter(file: SafetensorsFile, adapter: AdapterConfig, base: ModelConfig): AdapterPlan {
  const differs = (fault: string): never => {
    throw new CheckpointError("checkpoint.adapter_differs", `${file.file}: ${fault}`, {
      hint: `It was made for another model, or is not whole; base_model_name_or_path in ${adapterConfigFile} names the base.`,
    });
  };
  const shapes = tensorShapes(base);
  const { tie_word_embeddings: tied, hidden_size: width, vocab_size } = base;
  if (tied) shapes.set(headName, [vocab_size, width]);
  const shapeOf = (name: string): number[] => file.tensors.get(name)!.shape;
  const products = new Map<string, Product>();
  const replacements = new Map<string, string>();
  for (const name of file.tensors.keys()) {
    const { module, half, ofEmbedding } = readName(name);
    const wanted = half === undefined ? module : `${module}.weight`;
    // Some tools leave out what stands before `embed_tokens`.
    const target = shapes.has(wanted) ? wanted : [...shapes.keys()].find((known) => known.endsWith(`.${wanted}`));
    if (target === undefined || (half !== undefined && shapes.get(target)!.length !== 2)) {
      return differs(`${name} belongs to nothing in the base model`);
    }
    if (half === undefined) {
      if (replacements.has(target)) differs(`${name} and ${replacements.get(target)} are the same tensor`);
      replacements.set(target, name);
    } else {
      const product = products.get(target) ?? { ofEmbedding };
      if (product[half] !== undefined) differs(`${name} and ${product[half]} are the same tensor`);
      products.set(target, { ...product, [half]: name });
    }
  }
  const embedding = replacements.get(embeddingName);
  const rows = embedding === undefined ? vocab_size : (shapeOf(embedding)[0] ?? 0);
  for (const name of [embeddingName, headName]) shapes.set(name, [rows, width]);
  if (rows !== vocab_size && !tied && !replacements.has(headName)) {
    differs(`${embedding} has ${rows} rows, the base's LM head has ${vocab_size}, and there is none in the adapter`);
  }
  for (const [target, name] of replacements) {
    if (String(shapeOf(name)) === String(shapes.get(target))) continue;
    differs(
      `${name} has shape [${shapeOf(name).join(", ")}], the base model's has [${shapes.get(target)!.join(", ")}]`,
    );
  }
  const whole = new Map<string, Required<Product>>();
  for (const [target, { a, b, ofEmbedding }] of products) {
    if (a === undefined || b === undefined) return differs(`${a ?? b} has no ${a === undefined ? "A" : "B"} beside it`);
    if (tied && (target === embeddingName || target === headName)) {
      differs(`${a}: the base uses one table as embedding and LM head, which cannot take a product for one of them`);
    }
    const [height, columns] = shapes.get(target)! as [number, number];
    const rank = adapter.rankOf(target.slice(0, -".weight".length));
    const expected = ofEmbedding
      ? [
          [rank, height],
          [columns, rank],
        ]
      : [
          [rank, columns],
          [height, rank],
        ];
    for (const [i, name] of [a, b].entries()) {
      if (String(shapeOf(name)) === String(expected[i])) continue;
      differs(
        `${name} has shape [${shapeOf(name).join(", ")}], with the base model and ${adapterConfigFile} it is [${expected[i]!.join(", ")}]`,
      );
    }
    whole.set(target, { a, b, ofEmbedding });
  }
  if (whole.size + replacements.size === 0) differs("there is no tensor in it");
  const lacking = lackingModule([...shapes.keys()], adapter, whole, replacements);
  if (lacking !== undefined) {
    differs(`there is nothing for ${lacking}, which ${path.basename(adapterConfigFile)} says was trained`);
  }
  return { products: whole, replacements, rows };
}

function readName(name: string): { module: string; half: "a" | "b" | undefined; ofEmbedding: boolean } {
  const inner = name.replace(/^base_model\.model\./, "");
  const [, module, embedding, half] = /^(.+?)\.lora_(embedding_)?([AB])(?:\.default)?(?:\.weight)?$/.exec(inner) ?? [];
  if (module !== undefined) {
    return { module, half: half === "A" ? "a" : "b", ofEmbedding: embedding !== undefined };
  }
  const plain = inner.replace(/\.(modules_to_save(\.default)?|base_layer)(?=\.\w+$)/, "");
  return { module: plain, half: undefined, ofEmbedding: false };
}

/** A module of the base that the configuration names and the file lacks. */
function lackingModule(
  tensors: readonly string[],
  { targets = [], saved }: AdapterConfig,
  products: ReadonlyMap<string, unknown>,
  replacements: ReadonlyMap<string, unknown>,
): string | undefined {
  const modules = tensors.filter((name) => name.endsWith(".weight")).map((name) => name.slice(0, -".weight".length));
  const isOf = (list: readonly string[], module: string): boolean => list.some((name) => isModule(module, name));
  return modules.find(
    (module) =>
      (isOf(saved, module) && !replacements.has(`${module}.weight`)) ||
      (isOf(targets, module) && !isOf(saved, module) && !products.has(`${module}.weight`)),
  );
}

/** What the tensors of an adapter are for: halves of a product that is added to a matrix, or a whole tensor in place of the base's. */
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
  const shapes = tensorShapes(base);
  if (base.tie_word_embeddings) shapes.set(headName, [base.vocab_size, base.hidden_size]);
  const { products, replacements } = findTargets(file, shapes);
  const embedding = replacements.get(embeddingName);
  const rows = embedding === undefined ? base.vocab_size : (file.tensors.get(embedding)!.shape[0] ?? 0);
  for (const name of [embeddingName, headName]) shapes.set(name, [rows, base.hidden_size]);
  if (rows !== base.vocab_size && !base.tie_word_embeddings && !replacements.has(headName)) {
    const head = `the base's LM head has ${base.vocab_size}, and there is none in the adapter`;
    throw differs(file, `${embedding} has ${rows} rows, ${head}`);
  }
  for (const [target, name] of replacements) checkShape(file, name, shapes.get(target)!);
  const whole = new Map<string, Required<Product>>();
  for (const [target, { a, b, ofEmbedding }] of products) {
    if (a === undefined || b === undefined) {
      throw differs(file, `${a ?? b} has no ${a === undefined ? "A" : "B"} beside it`);
    }
    if (base.tie_word_embeddings && (target === embeddingName || target === headName)) {
      const table = "the base uses one table as embedding and LM head";
      throw differs(file, `${a}: ${table}, which cannot take a product for one of them`);
    }
    const [height, columns] = shapes.get(target)! as [number, number];
    const rank = adapter.rankOf(target.slice(0, -".weight".length));
    checkShape(file, a, ofEmbedding ? [rank, height] : [rank, columns]);
    checkShape(file, b, ofEmbedding ? [columns, rank] : [height, rank]);
    whole.set(target, { a, b, ofEmbedding });
  }
  if (whole.size + replacements.size === 0) throw differs(file, "there is no tensor in it");
  const lacking = lackingModule([...shapes.keys()], adapter, whole, replacements);
  if (lacking === undefined) return { products: whole, replacements, rows };
  throw differs(file, `there is nothing for ${lacking}, which ${adapterConfigFile} says was trained`);
}

const differs = ({ file }: SafetensorsFile, fault: string): CheckpointError =>
  new CheckpointError("checkpoint.adapter_differs", `${file}: ${fault}`, {
    hint: `It was made for another model, or is not whole; base_model_name_or_path in ${adapterConfigFile} names the base.`,
  });

function checkShape(file: SafetensorsFile, name: string, expected: readonly number[]): void {
  const { shape } = file.tensors.get(name)!;
  if (shape.length === expected.length && shape.every((length, i) => length === expected[i])) return;
  const wanted = `with the base model and ${adapterConfigFile} it is [${expected.join(", ")}]`;
  throw differs(file, `${name} has shape [${shape.join(", ")}], ${wanted}`);
}

/** Which tensor of the base each tensor of the file is for. */
function findTargets(file: SafetensorsFile, shapes: ReadonlyMap<string, readonly number[]>) {
  const products = new Map<string, Product>();
  const replacements = new Map<string, string>();
  for (const name of file.tensors.keys()) {
    const { module, half, ofEmbedding } = readName(name);
    const wanted = half === undefined ? module : `${module}.weight`;
    // Some tools leave out what stands before `embed_tokens`.
    const target = shapes.has(wanted) ? wanted : [...shapes.keys()].find((known) => known.endsWith(`.${wanted}`));
    if (target === undefined || (half !== undefined && shapes.get(target)!.length !== 2)) {
      throw differs(file, `${name} belongs to nothing in the base model`);
    }
    const product = products.get(target) ?? { ofEmbedding };
    const other = half === undefined ? replacements.get(target) : product[half];
    if (other !== undefined) throw differs(file, `${name} and ${other} are the same tensor`);
    if (half === undefined) replacements.set(target, name);
    else products.set(target, { ...product, [half]: name });
  }
  return { products, replacements };
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

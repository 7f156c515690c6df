/** Which files of a model's repository are of use here. */
import { adapterWeightsFile } from "../peft/adapter-config.js";
import { indexFile, readIndex, singleFile } from "../shards.js";
import { hubFault } from "./hub-fault.js";
import type { HubId } from "./hub-id.js";

const metadataFiles =
  /^((generation_|tokenizer_|preprocessor_|adapter_)?config|tokenizer|special_tokens_map|added_tokens|vocab|chat_template|model\.safetensors\.index)\.json$|^merges\.txt$|^tokenizer\.model$|^[\w.-]+\.tiktoken$|^chat_template\.jinja$|^README\.md$/;
const essential = /^((adapter_)?config\.json|tokenizer.*|.*\.tiktoken)$/;

/**
 * `fetchOne` downloads one of `paths` and gives its place. Throws `CheckpointError` where there is neither a model nor a tokenizer, the index is none, or the
 * repository lacks a file that it names.
 */
export async function modelFiles(
  id: HubId,
  paths: readonly string[],
  weights: boolean,
  fetchOne: (path: string) => Promise<string>,
): Promise<string[]> {
  const wanted = paths.filter((path) => metadataFiles.test(path));
  if (!wanted.some((path) => essential.test(path))) {
    throw hubFault(id, "not_a_model", `${id.name}: this repository has neither a model nor a tokenizer`);
  }
  return weights ? [...wanted, ...(await weightFiles(id, paths, fetchOne))] : wanted;
}

/** What the index names; without one `model.safetensors`, or else all there are; an adapter's beside them. */
async function weightFiles(
  id: HubId,
  paths: readonly string[],
  fetchOne: (path: string) => Promise<string>,
): Promise<string[]> {
  const large = paths.filter((path) => path.endsWith(".safetensors") && !path.includes("/"));
  const adapter = large.filter((path) => path === adapterWeightsFile);
  if (paths.includes(indexFile)) {
    const named = new Set(readIndex(await fetchOne(indexFile)).values());
    const missing = [...named].find((path) => !large.includes(path));
    if (missing === undefined) return [...named, ...adapter];
    const message = `${id.name}: ${indexFile} names ${missing}, which the repository does not have`;
    throw hubFault(id, "shard_missing", message);
  }
  return large.includes(singleFile) ? [singleFile, ...adapter] : large;
}

import { hubFault } from "./hub-fault.js";
import type { HubId } from "./hub-id.js";

const metadataFiles =
  /^((generation_|tokenizer_|preprocessor_|adapter_)?config|tokenizer|special_tokens_map|added_tokens|vocab|chat_template|model\.safetensors\.index)\.json$|^merges\.txt$|^tokenizer\.model$|^[\w.-]+\.tiktoken$|^chat_template\.jinja$|^README\.md$/;
const weightFiles = /^(model[\w.-]*|adapter_model)\.safetensors$/;
const essential = /^((adapter_)?config\.json|tokenizer.*|.*\.tiktoken)$/;

/** Of a model's repository the files that are of use here. Throws `CheckpointError` where it has neither a model nor a tokenizer. */
export function modelFiles(id: HubId, paths: readonly string[], weights: boolean): string[] {
  const wanted = paths.filter((path) => metadataFiles.test(path) || (weights && weightFiles.test(path)));
  if (wanted.some((path) => essential.test(path))) return wanted;
  throw hubFault(id, "not_a_model", `${id.name}: this repository has neither a model nor a tokenizer`);
}

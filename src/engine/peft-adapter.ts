/**
 * An adapter as a folder that PEFT loads: `adapter_config.json` and `adapter_model.safetensors`, with the
 * tables that were trained beside it as `modules_to_save`.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "../make-folder.js";
import type { Checkpoint } from "../model/checkpoint.js";
import { hubOrigin } from "../model/hub/hub-cache.js";
import { embeddingName, headName } from "../model/tensor-names.js";
import type { TensorSource } from "../model/tensor-source.js";
import { writeSafetensors } from "../model/write-safetensors.js";
import type { TrainingOptions } from "./engine.js";
import { isTable } from "./parameter-layout.js";
import { parameterPieces, type TrainedValues, trainedPieces } from "./trained-pieces.js";

/** Adapters in float32, tables in the type of the model. */
export function writeAdapter(
  folder: string,
  trained: TrainedValues,
  checkpoint: Checkpoint,
  { lora }: Pick<TrainingOptions, "lora">,
): void {
  const tensors = trained.layout.parameters.map((parameter): TensorSource => {
    const name = `base_model.model.${parameter.name}`;
    if (!isTable(parameter.name)) {
      return { name, shape: [...parameter.shape], dtype: "F32", pieces: () => parameterPieces(trained, parameter) };
    }
    const { shape, dtype } = checkpoint.tensors.get(parameter.name)!;
    return { name, shape, dtype, pieces: () => trainedPieces(trained, checkpoint, parameter) };
  });
  const tables = [embeddingName, headName].filter((name) => trained.layout.parameters.some((p) => p.name === name));
  const origin = hubOrigin(checkpoint.folder);
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    // A folder's path would hold on this machine only.
    base_model_name_or_path: origin?.name ?? null,
    revision: origin?.commit ?? null,
    r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    target_modules: [...lora.target_modules],
    modules_to_save: tables.length === 0 ? null : tables.map((name) => name.split(".").at(-2)),
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
  };
  makeFolder(folder);
  writeSafetensors(path.join(folder, "adapter_model.safetensors"), tensors);
  writeFileSync(path.join(folder, "adapter_config.json"), `${JSON.stringify(config, null, 2)}\n`);
}

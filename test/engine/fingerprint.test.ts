import assert from "node:assert/strict";
import path from "node:path";
import { after, test } from "node:test";
import { writeBlockIndex } from "../../src/engine/block-index.js";
import type { TrainingJob } from "../../src/engine/engine.js";
import { trainingFingerprint } from "../../src/engine/fingerprint.js";
import { neutralOptions } from "../../src/engine/neutral-options.js";
import { writeTokenFile } from "../../src/engine/token-file-writer.js";
import { temporaryFolder, writeMinuteModel } from "./minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);
const at = (name: string): string => path.join(temporary.folder, name);

test("a training on a block index depends on the text behind it, which is not read for that", async () => {
  const model = writeMinuteModel(at("model"));
  const fingerprint = async (ids: number[], weight = 1): Promise<string> => {
    const options = { vocabulary: 50, tokenizer: "t", marks: { start: 0, documentEnd: 1 } };
    await writeTokenFile(at("text.tokens"), options, (writer) => {
      writer.beginDocument(9);
      writer.paragraph(ids);
      writer.endDocument();
    });
    const blocks = { block_size: 4, block_starts: "paragraph", attend_across_documents: false } as const;
    const file = at("text.index");
    await writeBlockIndex(file, at("text.tokens"), blocks);
    const job: TrainingJob = {
      model,
      data: { sets: [{ file, weight }] },
      rows: [{ first: 0, end: 50 }],
      options: neutralOptions,
      compute: { device: "cpu", threads: 1 },
      checkpoints: at("checkpoints"),
      output: at("out"),
    };
    return trainingFingerprint(job);
  };
  const first = await fingerprint([2, 3, 4, 5, 6]);
  // As many tokens and the same cuts.
  assert.notEqual(await fingerprint([2, 3, 4, 5, 7]), first);
  assert.notEqual(await fingerprint([2, 3, 4, 5, 6], 2), first);
  assert.equal(await fingerprint([2, 3, 4, 5, 6]), first);
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { assertSameIds, oddities, oddTexts } from "./compare-ids.js";

/**
 * Opt-in: `LEP_TOKENIZERS` names a folder of tokenizer folders, `LEP_NOVELS` one with `{ru,en}/validation/*.txt`.
 * Ids are compared with those of Hugging Face tokenizers.
 */
const tokenizers = filesOf(process.env.LEP_TOKENIZERS, "tokenizer.json");
const novels = ["ru", "en"].flatMap((language) => {
  const folder = path.join(process.env.LEP_NOVELS ?? "", language, "validation");
  const isThere = process.env.LEP_NOVELS !== undefined && existsSync(folder);
  return isThere ? readdirSync(folder).map((name) => readFileSync(path.join(folder, name), "utf8")) : [];
});

function filesOf(folder: string | undefined, name: string): string[] {
  if (folder === undefined) return [];
  return readdirSync(folder)
    .map((entry) => path.join(folder, entry, name))
    .filter((file) => existsSync(file));
}

test("real tokenizers", {
  skip: tokenizers.length === 0 && "name a folder of tokenizers in LEP_TOKENIZERS",
}, async (t) => {
  for (const file of tokenizers) {
    const raw = JSON.parse(readFileSync(file, "utf8"));
    await t.test(`odd texts: ${file}`, async () => {
      const added = raw.added_tokens.slice(0, 8).map(({ content }: { content: string }) => content);
      await assertSameIds(raw, oddTexts(10_000, 20, [...oddities, ...added]), 2);
      await assertSameIds(
        raw,
        ["a", "ё", "абвгд", " ", "\n", "-", "😀"].map((run) => run.repeat(100_000 / run.length)),
      );
    });
    await t.test(
      `novels: ${file}`,
      { skip: novels.length === 0 && "name the folder of novels in LEP_NOVELS" },
      async () => {
        await assertSameIds(raw, [...novels, ...novels.flatMap((novel) => novel.split("\n"))], 2);
      },
    );
  }
});

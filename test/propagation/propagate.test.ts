import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { LepError } from "../../src/errors.js";
import { copyTensor, openCheckpoint, writeCheckpoint } from "../../src/model/checkpoint.js";
import { embeddingName, headName } from "../../src/model/tensor-names.js";
import { propagate } from "../../src/propagation/propagate.js";
import { type PropagationMethodName, propagationMethodNames } from "../../src/propagation/registry.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { sharedTokens } from "../../src/tokenizer/shared-tokens.js";
import { type PlantedOptions, replaceRows, rowsOf, times, width, writePlantedModels } from "./planted-models.js";

const root = mkdtempSync(path.join(tmpdir(), "lep-propagation-"));
after(() => rmSync(root, { recursive: true, force: true }));
const text = path.join(root, "text.txt");
writeFileSync(text, "кот и коты, она the дом домик\n".repeat(20));
const corpus = { files: [text], characters: 1000 };
let folders = 0;
const nextFolder = (): string => path.join(root, String(folders++));

async function run(method: PropagationMethodName, options: PlantedOptions = {}) {
  const folder = nextFolder();
  const planted = await writePlantedModels(folder, options);
  const out = path.join(folder, "out");
  return { ...planted, out, summary: await propagate({ ...planted.paths, method, corpus, out }) };
}

const json = (folder: string, name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Record<string, unknown>;

function assertClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, limit: number): void {
  const size = Math.hypot(...Array.from(wanted)) / Math.sqrt(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    assert.ok(Math.abs(actual[i]! - wanted[i]!) <= limit * size, `${i}: ${actual[i]} for ${wanted[i]}`);
  }
}

for (const method of propagationMethodNames.filter((name) => name !== "swap")) {
  test(`${method} recovers a planted map: kept tokens get the instruct model's rows, all others their mapped rows`, async () => {
    const { paths, tokenizers, maps, out, summary } = await run(method);
    for (const name of [embeddingName, headName]) {
      const rows = rowsOf(out, name);
      const instruct = rowsOf(paths.instruct, name);
      const expected = times(rowsOf(paths.adapted, name), maps[name]!);
      for (const { newId, originalId } of sharedTokens(tokenizers.adapted, tokenizers.original)) {
        assertClose(row(rows, newId), row(instruct, originalId), 1e-5);
      }
      for (let id = 0; id < rows.length / width; id++) {
        // Padding rows (ids behind the tokenizer's) are mapped like any other.
        if (!tokenizers.adapted.addedIds.has(id)) assertClose(row(rows, id), row(expected, id), 1e-5);
      }
    }
    assert.ok(summary.residual.embedding! < 1e-6 && summary.residual.head! < 1e-6);
    assert.equal(summary.maps.embedding.rank, width);
    assert.equal(summary.maps.embedding.solver, "cholesky");
  });
}

const row = <A extends Float32Array | Float64Array>(rows: A, id: number): A =>
  rows.subarray(id * width, (id + 1) * width) as A;

test("conversion fits one equation for each new ordinary token, overlap one for each shared one", async () => {
  const { tokenizers, summary } = await run("conversion");
  const ordinary = tokenizers.adapted.size - tokenizers.adapted.addedIds.size;
  assert.equal(summary.maps.embedding.equations, ordinary);
  const shared = (await run("overlap")).summary.maps.embedding.equations;
  assert.equal(shared, sharedTokens(tokenizers.adapted, tokenizers.original).length);
  assert.ok(shared < ordinary);
});

for (const method of propagationMethodNames) {
  for (const tied of [false, true]) {
    test(`${method}, ${tied ? "tied" : "untied"}: added tokens and blocks are the instruct model's, a second run equal`, async () => {
      const { paths, tokenizers, out, newRows, summary } = await run(method, { tied, dtype: "BF16" });
      const names = tied ? [embeddingName] : [embeddingName, headName];
      for (const name of names) {
        const rows = rowsOf(out, name);
        const instruct = rowsOf(paths.instruct, name);
        assert.equal(rows.length, newRows * width);
        assert.ok(rows.every(Number.isFinite));
        for (const id of tokenizers.original.addedIds) {
          const newId = tokenizers.adapted.idOf(tokenizers.original.tokenOf(id)!)!;
          assert.deepEqual(row(rows, newId), row(instruct, id));
        }
      }
      assert.equal(summary.special_rows, tokenizers.original.addedIds.size);
      assert.equal(summary.residual.head === null, tied || method === "swap");
      assert.equal(summary.maps.head === null, tied);
      const [made, instruct] = [openCheckpoint(out), openCheckpoint(paths.instruct)];
      assert.deepEqual([...made.tensors.keys()], [...instruct.tensors.keys()]);
      assert.equal(made.tensors.get(embeddingName)!.dtype, "BF16");
      for (const name of made.tensors.keys()) {
        if (!names.includes(name)) assert.deepEqual(made.read(name), instruct.read(name), name);
      }
      made.close();
      instruct.close();

      const again = `${out}-again`;
      await propagate({ ...paths, method, corpus, out: again });
      for (const name of readdirSync(out)) {
        assert.deepEqual(readFileSync(path.join(again, name)), readFileSync(path.join(out, name)), name);
      }
    });
  }
}

test("swap takes the adapted rows as they are", async () => {
  const { paths, tokenizers, out } = await run("swap");
  const rows = rowsOf(out, embeddingName);
  const adapted = rowsOf(paths.adapted, embeddingName);
  for (let id = 0; id < rows.length / width; id++) {
    if (!tokenizers.adapted.addedIds.has(id)) assert.deepEqual(row(rows, id), row(adapted, id));
  }
});

test("ids, chat template and roles are the instruct model's, in the new vocabulary", async () => {
  const { tokenizers, out, newRows } = await run("conversion");
  const id = (token: string): number => tokenizers.adapted.idOf(token)!;
  const config = json(out, "config.json");
  assert.equal(config.vocab_size, newRows);
  assert.equal(config.bos_token_id, id("<|begin|>"));
  assert.equal(config.eos_token_id, id("<|eot|>"));
  assert.deepEqual(json(out, "generation_config.json"), {
    eos_token_id: [id("<|eot|>"), id("<|end|>")],
    bos_token_id: id("<|begin|>"),
    temperature: 0.5,
  });
  assert.equal(json(out, "tokenizer_config.json").chat_template, "{{ messages }}");
  const tokenizer = await loadTokenizer(out);
  assert.equal(tokenizer.size, tokenizers.adapted.size);
  assert.deepEqual([...tokenizer.eosIds].sort(), [id("<|eot|>"), id("<|end|>")].sort());
  assert.equal(tokenizer.chatTemplate, "{{ messages }}");
});

test("a base whose rows span few dimensions: minimum norm, rank said", async () => {
  const folder = nextFolder();
  const { paths, tokenizers } = await writePlantedModels(folder);
  // Only the first 5 coordinates of the base's embedding are in use.
  const base = rowsOf(paths.base, embeddingName).map((value, at) => (at % width < 5 ? value : 0));
  replaceRows(paths.base, embeddingName, base);
  const out = path.join(folder, "out");
  const summary = await propagate({ ...paths, method: "conversion", out });
  assert.equal(summary.maps.embedding.rank, 5);
  assert.equal(summary.maps.embedding.solver, "minimum-norm");
  // Minimum norm sends what the base never showed to zero: other coordinates of an adapted row make no difference.
  const adapted = rowsOf(paths.adapted, embeddingName).map((value, at) => (at % width < 5 ? value : value + 1));
  replaceRows(paths.adapted, embeddingName, adapted);
  await propagate({ ...paths, method: "conversion", out: `${out}-moved` });
  const [rows, moved] = [rowsOf(out, embeddingName), rowsOf(`${out}-moved`, embeddingName)];
  assertClose(moved, rows, 1e-5);
  assert.ok(tokenizers.adapted.size * width <= rows.length);
});

async function refused(
  options: PlantedOptions,
  code: string,
  message: RegExp,
  spoil?: (paths: Record<string, string>) => void,
) {
  const folder = nextFolder();
  const { paths } = await writePlantedModels(folder, options);
  spoil?.(paths);
  const out = path.join(folder, "out");
  await assert.rejects(propagate({ ...paths, method: "conversion", out }), (error: unknown) => {
    assert.ok(error instanceof LepError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.exitCode, 2);
    return true;
  });
  assert.ok(!existsSync(out));
  assert.deepEqual(readdirSync(folder).sort(), ["adapted", "base", "instruct"]);
}

test("models that do not belong together are refused before any work, with nothing left behind", async () => {
  const shape = { hidden_size: 32, num_hidden_layers: 1 };
  await refused({ instruct: shape }, "propagation.different_shape", /hidden_size 16 and 32, num_hidden_layers 2 and 1/);
  await refused({ instruct: { tie_word_embeddings: true } }, "propagation.different_shape", /tie_word_embeddings/);
  const biases = { instruct: { attention_bias: true } };
  await refused(biases, "propagation.different_shape", /biased_modules \[\] and \[q_proj, k_proj, v_proj, o_proj\]/);
  const family = { instruct: { architectures: ["Qwen3ForCausalLM"], model_type: "qwen3", head_dim: 8 } };
  await refused(family, "propagation.different_shape", /architecture llama and qwen3, qk_norm false and true/);
  await refused({ added: ["<|begin|>", "<|end|>"] }, "propagation.lost_token", /lacks 2 added tokens .*"<\|eot\|>"/);
  await refused({ padding: -1 }, "checkpoint.tokenizer_too_large", /adapted/);
});

test("added tokens that only the instruct model has come behind the adapted vocabulary, with their rows", async () => {
  const instructAdded = ["<|turn|>", "<|tool|>"];
  // The second needs a row that the adapted model does not have.
  const { paths, tokenizers, out, summary } = await run("conversion", { instructAdded, padding: 1 });
  assert.equal(summary.appended_tokens, 2);
  assert.equal(summary.rows, tokenizers.adapted.size + 2);
  const [made, instruct] = [await loadTokenizer(out), await loadTokenizer(paths.instruct)];
  assert.equal(made.size, summary.rows);
  for (const token of instructAdded) {
    assert.ok(made.addedIds.has(made.idOf(token)!));
    for (const name of [embeddingName, headName]) {
      assert.deepEqual(
        row(rowsOf(out, name), made.idOf(token)!),
        row(rowsOf(paths.instruct, name), instruct.idOf(token)!),
      );
    }
  }
  assert.deepEqual(await made.encode("кот<|tool|>"), [made.idOf("ÐºÐ¾ÑĤ")!, made.idOf("<|tool|>")!]);
});

/** Changes the tokenizer.json of a model folder. */
function changeTokenizer(folder: string, change: (tokenizer: TokenizerFile) => void): void {
  const file = path.join(folder, "tokenizer.json");
  const tokenizer = JSON.parse(readFileSync(file, "utf8")) as TokenizerFile;
  change(tokenizer);
  writeFileSync(file, JSON.stringify(tokenizer));
}

interface TokenizerFile {
  added_tokens: { id: number; content: string }[];
  model: { vocab: Record<string, number> };
}

test("an instruct model with ordinary tokens that the base lacks is refused", async () => {
  const another = ({ instruct }: Record<string, string>): void =>
    changeTokenizer(instruct!, ({ added_tokens, model }) => {
      model.vocab.zz = added_tokens.pop()!.id;
    });
  const message = /different vocabularies: id \d+ is no token and "zz"/;
  await refused({ instructAdded: ["<|turn|>"] }, "propagation.different_vocabulary", message, another);
});

test("an ordinary token that the instruct model made a special one is one in the result", async () => {
  const { paths } = await writePlantedModels(nextFolder());
  changeTokenizer(paths.instruct, ({ added_tokens, model }) => {
    added_tokens.unshift({ ...added_tokens[0]!, content: "Ġthe", id: model.vocab.Ġthe! });
  });
  const out = path.join(paths.base, "..", "out");
  await propagate({ ...paths, method: "conversion", out });
  const [made, adapted, instruct] = [
    await loadTokenizer(out),
    await loadTokenizer(paths.adapted),
    await loadTokenizer(paths.instruct),
  ];
  const id = adapted.idOf("Ġthe")!;
  assert.equal(made.idOf("Ġthe"), id);
  assert.ok(made.addedIds.has(id));
  assert.equal(made.size, adapted.size);
  const own = row(rowsOf(paths.instruct, embeddingName), instruct.idOf("Ġthe")!);
  assert.deepEqual(row(rowsOf(out, embeddingName), id), own);
});

test("base and adapted model may hold embedding and head only", async () => {
  const { paths, out } = await run("conversion");
  for (const folder of [paths.base, paths.adapted]) {
    const checkpoint = openCheckpoint(folder);
    const tables = [embeddingName, headName].map((name) => copyTensor(checkpoint, name));
    writeCheckpoint(folder, checkpoint.config.raw, tables);
    checkpoint.close();
  }
  await propagate({ ...paths, method: "conversion", out: `${out}-tables` });
  const weights = (folder: string) => readFileSync(path.join(folder, "model.safetensors"));
  assert.deepEqual(weights(`${out}-tables`), weights(out));
  await assert.rejects(propagate({ ...paths, instruct: paths.base, method: "swap", out: `${out}-cut` }), /no tensor/);
});

test("the summary says how far rows moved, kept and new tokens apart", async () => {
  const { tokenizers, summary } = await run("conversion");
  const shared = sharedTokens(tokenizers.adapted, tokenizers.original).length;
  const { kept, new: fresh } = summary.maps.embedding.row_change;
  assert.equal(kept.rows, shared);
  assert.equal(kept.rows + fresh.rows, tokenizers.adapted.size - tokenizers.adapted.addedIds.size);
  assert.ok(0 < kept.p05! && kept.p05! <= kept.median! && kept.median! <= kept.p95! && kept.p95! <= kept.largest!);
  const still = (await run("swap")).summary.maps.embedding.row_change;
  assert.equal(still.kept.largest, 0);
});

test("the bytes do not depend on the number of threads", async () => {
  const { paths, out } = await run("overlap");
  await propagate({ ...paths, method: "overlap", threads: 1, out: `${out}-1` });
  const weights = (folder: string) => readFileSync(path.join(folder, "model.safetensors"));
  assert.deepEqual(weights(`${out}-1`), weights(out));
});

test("conversion-frequency without a corpus is refused", async () => {
  const { paths } = await writePlantedModels(nextFolder());
  const out = path.join(paths.base, "..", "out");
  await assert.rejects(propagate({ ...paths, method: "conversion-frequency", out }), /needs a corpus/);
  assert.ok(!existsSync(out));
});

test("the output folder may not be an input", async () => {
  const { paths } = await writePlantedModels(nextFolder());
  const out = path.join(paths.instruct, ".");
  await assert.rejects(propagate({ ...paths, method: "swap", out }), /one of the input models/);
  assert.ok(existsSync(path.join(paths.instruct, "config.json")));
});

test("weights that are not finite are named", async () => {
  await refused({}, "checkpoint.not_finite", /lm_head\.weight of the adapted model: row 7/, ({ adapted }) => {
    const head = rowsOf(adapted!, headName);
    head[7 * width + 3] = Number.NaN;
    replaceRows(adapted!, headName, head);
  });
});

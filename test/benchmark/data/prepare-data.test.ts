import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, beforeEach, test } from "node:test";
import { prepareData, selectData, shippedData, shownData } from "../../../src/benchmark/data/prepare-data.js";
import { readDataset } from "../../../src/benchmark/items.js";
import { tasks } from "../../../src/benchmark/registry.js";
import { selectTasks } from "../../../src/benchmark/select-tasks.js";
import { LepError } from "../../../src/errors.js";
import { messagesColumn } from "../../corpus/chat-parquet-file.js";
import { nestedParquetFile, type ParquetField } from "../../corpus/nested-parquet-file.js";
import { commit, startHub } from "../../model/hub/hub-server.js";
import { temporaryFolder } from "../../model/temporary-folder.js";

const root = temporaryFolder();
const darumeru = "RefalMachine/darumeru";
const treeway = "dichspace/daru_treeway_eval";

const copyFields: ParquetField[] = [
  messagesColumn,
  { name: "inputs", fields: [{ name: "text", type: "string" }] },
  { name: "outputs", type: "string" },
];
const copyRow = (text: string) => ({
  messages: [{ role: "user", content: "Повтори:\n{text}" }],
  inputs: { text },
  outputs: text,
});
const copies = nestedParquetFile(copyFields, [Array.from({ length: 9 }, (_, i) => copyRow(`Ёлок было ${i}.`))]);
const article = { src_sents: ["Раз.", "Два."], summary_sents: ["Счёт."], extractive_summary: [1] };
const lines = (...rows: object[]): Buffer => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

const hub = await startHub(
  darumeru,
  new Map([
    [
      "README.md",
      Buffer.from(
        "---\nconfigs:\n- config_name: cp_sent_ru\n  data_files:\n  - split: test\n    path: cp_sent_ru/test-*\n---\n",
      ),
    ],
    ["cp_sent_ru/test-00000-of-00001.parquet", copies],
    ["cp_sent_ru/prompt-00000-of-00001.parquet", copies],
    ["cp_para_en/test.jsonl", lines(copyRow("One. Two."))],
    ["../cp_para_ru/test.jsonl", lines(copyRow("Раз. Два."))],
    ["other/test-00000-of-00001.parquet", copies],
    [".gitattributes", Buffer.from("*")],
  ]),
  "dataset",
);
hub.add(treeway, new Map([["test.jsonl", lines(article)]]));
hub.add("org/copy", new Map([["cp_sent_ru/test.jsonl", lines(copyRow("Копия."))]]));
after(() => hub.close());

let homes = 0;
beforeEach(() => {
  Object.assign(hub, { requests: [], refuses: undefined, cut: undefined, damages: undefined, ignoresRanges: false });
  for (const name of ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN", "HF_HUB_OFFLINE", "LEP_OFFLINE"]) {
    delete process.env[name];
  }
  process.env.HF_TOKEN = "hf_secret";
  process.env.HF_ENDPOINT = hub.url;
  process.env.HF_HOME = path.join(root, `home-${homes++}`);
});

const once = { retries: 0 };
const cached = (repository: string, ...names: string[]): string =>
  path.join(process.env.HF_HOME!, "hub", `datasets--${repository.replace("/", "--")}`, ...names);
const asked = (part: string): boolean => hub.requests.some(({ url }) => url.includes(part));

async function failure(work: Promise<unknown>): Promise<LepError> {
  const error = await work.then(
    () => assert.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof LepError, String(error));
  return error;
}

test("without data it is the set that ships, and that is said", async () => {
  const { data, tasks: names } = await prepareData(undefined, ["all"]);
  assert.equal(data, shippedData());
  assert.deepEqual(
    names,
    selectTasks(["DaruMMLU", "DaruMERA", "DaruSum", "DaruCopy_EN", "DaruCopy_RU"], () => true),
  );
  assert.match(shownData(data), /small set that ships/);
  assert.doesNotMatch(shownData("elsewhere"), /ships/);
  assert.deepEqual(hub.requests, []);
});

test("a task may be named, its group, or all that have data; each is there once", () => {
  const folder = path.join(root, "some");
  mkdirSync(path.join(folder, "cp_sent_ru"), { recursive: true });
  writeFileSync(path.join(folder, "cp_sent_ru", "test.jsonl"), lines(copyRow("Раз.")));
  assert.deepEqual(selectData(folder, ["all"]).tasks, ["cp_sent_ru"]);
  assert.deepEqual(selectData(folder, ["cp_sent_ru", "all"]).tasks, ["cp_sent_ru"]);
  assert.deepEqual(selectData(folder, []).tasks, []);
  assert.throws(() => selectData(folder, ["DaruCopy_RU"]), { code: "benchmark.no_data", message: /cp_para_ru/ });
  assert.throws(() => selectData(root, ["all"]), { code: "benchmark.no_data" });
  assert.deepEqual(
    selectTasks(["rwsd", "DaruMMLU", "rummlu"], () => true),
    ["rwsd", "mmlu_ru", "mmlu_en", "rummlu"],
  );
});

test("a hub id brings the files of the tasks only, each data set from where it lies, once", async () => {
  const found = await prepareData(darumeru, ["cp_sent_ru", "DaruSum"], once);
  assert.deepEqual(found, { data: darumeru, tasks: ["cp_sent_ru", "treeway_abstractive", "treeway_extractive"] });
  assert.deepEqual(readdirSync(cached(darumeru, "snapshots", commit)).sort(), ["README.md", "cp_sent_ru"]);
  assert.deepEqual(readdirSync(cached(treeway, "snapshots", commit)), ["test.jsonl"]);
  const { test: items, prompt } = await readDataset(darumeru, "cp_sent_ru", tasks.cp_sent_ru);
  assert.deepEqual([items.length, prompt.length, items[8]!.inputs.text], [9, 9, "Ёлок было 8."]);
  assert.equal((await readDataset(darumeru, "treeway_extractive", tasks.treeway_extractive)).test.length, 1);
  assert.ok(
    hub.requests.every(({ host, authorization }) => (host === "hub") === (authorization === "Bearer hf_secret")),
  );

  hub.requests = [];
  await prepareData(darumeru, ["cp_sent_ru", "DaruSum"], once);
  assert.equal(asked("/resolve/"), false);
  hub.requests = [];
  process.env.LEP_OFFLINE = "1";
  assert.deepEqual(await prepareData(darumeru, ["cp_sent_ru", "DaruSum"]), found);
  assert.deepEqual(hub.requests, []);
  const error = await failure(prepareData(darumeru, ["cp_para_en"]));
  assert.deepEqual([error.code, error.exitCode], ["benchmark.no_data", 2]);
  assert.match(error.hint!, /offline/);
});

test("all are those that the repository has; nothing leaves the cache", async () => {
  const { tasks: names } = await prepareData(darumeru, ["all"], once);
  assert.deepEqual(names, ["treeway_abstractive", "treeway_extractive", "cp_sent_ru", "cp_para_en"].sort(byRegistry));
  assert.equal(existsSync(cached(darumeru, "snapshots", "cp_para_ru")), false);
  assert.equal(existsSync(cached(darumeru, "snapshots", commit, "other")), false);
});

const order = Object.keys(tasks);
const byRegistry = (a: string, b: string): number => order.indexOf(a) - order.indexOf(b);

test("another repository is taken for a copy, a revision for itself", async () => {
  assert.deepEqual(await prepareData("org/copy@v1", ["all"], once), { data: "org/copy@v1", tasks: ["cp_sent_ru"] });
  const { test: items } = await readDataset("org/copy@v1", "cp_sent_ru", tasks.cp_sent_ru);
  assert.equal(items[0]!.inputs.text, "Копия.");
  assert.equal(asked(treeway), false);
  assert.equal((await failure(prepareData("org/copy@v2", ["all"], once))).code, "benchmark.hub_not_found");
  assert.equal((await failure(prepareData("org/copy@v1", ["rummlu"], once))).code, "benchmark.no_data");
});

test("a download that breaks off is continued, and damage is found", async () => {
  const file = "cp_sent_ru/prompt-00000-of-00001.parquet";
  hub.cut = { file, bytes: 700 };
  const broken = await failure(prepareData(darumeru, ["cp_sent_ru"], once));
  assert.deepEqual([broken.code, broken.exitCode], ["benchmark.download_failed", 1]);
  await assert.rejects(readDataset(darumeru, "cp_sent_ru"), { code: "benchmark.no_data" });
  Object.assign(hub, { cut: undefined, requests: [] });
  await prepareData(darumeru, ["cp_sent_ru"], once);
  assert.ok(hub.requests.some(({ host, range }) => host === "storage" && /^bytes=[1-9]/.test(range ?? "")));

  process.env.HF_HOME = path.join(root, `home-${homes++}`);
  hub.damages = file;
  const damaged = await failure(prepareData(darumeru, ["cp_sent_ru"], once));
  assert.deepEqual([damaged.code, damaged.exitCode], ["benchmark.checksum", 1]);
});

test("what is neither a folder nor on the hub, and no rights, are named", async () => {
  const file = path.join(root, "file");
  writeFileSync(file, "");
  assert.match((await failure(prepareData(file, ["all"]))).message, /not a folder/);
  assert.match((await failure(prepareData("./no/where", ["all"]))).message, /no such folder/);
  assert.match((await failure(prepareData("org/none@../../x", ["all"]))).message, /no such folder/);
  const unknown = await failure(prepareData("org/none", ["all"], once));
  assert.deepEqual([unknown.code, unknown.exitCode], ["benchmark.hub_not_found", 2]);
  assert.match(unknown.message, /no such data set/);
  hub.refuses = 403;
  const gated = await failure(prepareData(darumeru, ["all"], once));
  assert.equal(gated.code, "benchmark.hub_access");
  assert.equal(gated.message.includes("hf_secret"), false);
  process.env.LEP_OFFLINE = "1";
  assert.equal((await failure(prepareData(darumeru, ["all"]))).code, "benchmark.offline");
});

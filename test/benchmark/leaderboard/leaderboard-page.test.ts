import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { compareModels } from "../../../src/benchmark/comparison.js";
import { groupDatasets } from "../../../src/benchmark/groups.js";
import { leaderboard } from "../../../src/benchmark/leaderboard.js";
import { openChromium, withoutChromium } from "../../chromium.js";
import { writeSeededDatabase } from "../seeded-database.js";

const attack = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1>";

describe("the page in a browser", { skip: withoutChromium }, () => {
  let folder: string;
  let browser: Browser;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "lep-page-"));
    const db = path.join(folder, "results.sqlite");
    writeSeededDatabase(db, {
      models: [
        { name: "instruct", skill: 0.5, measures: { symbols_per_token: 2.4, characters_per_second: 40 } },
        {
          name: "calibrated",
          skill: 0.8,
          failing: 0.1,
          measures: { symbols_per_token: 3.4, characters_per_second: 60 },
        },
        { name: `bad ${attack}`, skill: 0.3, tasks: ["rummlu"] },
      ],
      tasks: Object.values(groupDatasets).flat(),
      items: () => 25,
      mark: attack,
    });
    leaderboard({ db, out: folder, resamples: 100, published: true });
    compareModels({ db, out: folder, models: ["instruct", "calibrated"], resamples: 100 });
    browser = await openChromium();
  });
  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What goes wrong in a page fails the test. */
  async function withPage(
    options: { width?: number; dark?: boolean; file?: string },
    use: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { width = 1280, dark = false, file = "leaderboard.html" } = options;
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: dark ? "dark" : "light",
      offline: true,
    });
    const faults: string[] = [];
    const page = await context.newPage();
    page.on("console", (message) => faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) faults.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(path.join(folder, file)).href);
    await use(page);
    assert.equal(await page.evaluate("window.hacked"), undefined);
    assert.deepEqual(faults, []);
    await context.close();
  }

  const models = (page: Page): Promise<string[]> =>
    page.locator("table.sortable").first().locator("tbody tr:visible th").allInnerTexts();

  test("columns sort either way by mouse and keyboard, and say so; what is not known comes last", () =>
    withPage({}, async (page) => {
      const table = page.locator("table.sortable").first();
      const heading = table.locator("thead th").filter({ hasText: "symbols/token" });
      await heading.locator("button").click();
      assert.equal(await heading.getAttribute("aria-sort"), "descending");
      const values = await table
        .locator("tbody tr")
        .evaluateAll(
          (rows, place) => rows.map((row) => (row.children[place] as HTMLElement).dataset.value ?? null),
          await heading.evaluate((cell: HTMLTableCellElement) => cell.cellIndex),
        );
      const known = values.filter((value) => value !== null).map(Number);
      assert.deepEqual(
        known,
        [...known].sort((a, b) => b - a),
      );
      assert.ok(values.indexOf(null) === known.length);
      await heading.locator("button").press("Enter");
      assert.equal(await heading.getAttribute("aria-sort"), "ascending");
      assert.match((await models(page))[0]!, /^instruct|Mistral-7B, original/);
      const name = table.locator("thead th").first();
      await name.locator("button").press("Space");
      assert.equal(await name.getAttribute("aria-sort"), "ascending");
      assert.equal(await heading.getAttribute("aria-sort"), "none");
      const names = await models(page);
      assert.deepEqual(
        names,
        [...names].sort((a, b) => a.localeCompare(b)),
      );
    }));

  test("rows are filtered by name and kind", () =>
    withPage({}, async (page) => {
      assert.equal((await models(page)).length, 61);
      await page.getByLabel("published rows").uncheck();
      assert.equal((await models(page)).length, 3);
      await page.getByLabel("Filter models").fill("CALI");
      assert.deepEqual(await models(page), ["calibrated"]);
      assert.equal(await page.locator("form.filter output").textContent(), "1 of 61 rows");
    }));

  test("a model's page shows its samples: prompt, answer, target, score, failure", () =>
    withPage({}, async (page) => {
      await page.getByRole("link", { name: "calibrated", exact: true }).first().click();
      const section = page.locator("section.model:visible");
      assert.equal(await section.locator("h2").textContent(), "calibrated");
      assert.equal(await page.locator("#board").isVisible(), false);
      assert.match(await page.title(), /calibrated/);
      await section.getByLabel("Task").selectOption("cp_sent_ru");
      const samples = section.locator("details");
      await samples.first().waitFor();
      assert.equal(await samples.count(), 25);
      await section.getByLabel("only wrong or failed").check();
      const failed = section
        .locator("details")
        .filter({ has: page.locator("b.failed") })
        .first();
      await failed.locator("summary").click();
      const headings = await failed.locator("h4").allInnerTexts();
      assert.deepEqual(headings, ["Prompt", "Answer", "Target", "Failure"]);
      assert.ok((await failed.locator("pre").first().textContent())!.startsWith("cp_sent_ru "));
      assert.ok((await failed.locator("pre").last().textContent())!.includes(attack));
      assert.ok((await section.locator("details").count()) < 25);
      await section.getByLabel("Search").fill("no such words");
      assert.equal(await section.locator("details").count(), 0);
      await section.getByRole("link", { name: "Leaderboard" }).click();
      assert.equal(await page.locator("#board").isVisible(), true);
      await page.goBack();
      assert.equal(await page.locator("section.model:visible h2").textContent(), "calibrated");
    }));

  for (const [name, options] of Object.entries({ light: {}, dark: { dark: true }, phone: { width: 360 } })) {
    test(`${name}: no sideways scrolling, and nothing serious for axe-core`, async () => {
      const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
      for (const place of ["leaderboard.html", "leaderboard.html#model", "comparison.html"]) {
        await withPage({ ...options, file: place.split("#")[0]! }, async (page) => {
          if (place.includes("#")) {
            await page.locator("#board tbody a").first().click();
            await page.locator("section.model:visible details summary").first().click();
          }
          const [content, window] = (await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")) as [
            number,
            number,
          ];
          assert.ok(content <= window, `${content} > ${window}`);
          await page.evaluate(axe);
          const { violations } = (await page.evaluate("axe.run()")) as { violations: { id: string; impact: string }[] };
          const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
          assert.deepEqual(
            serious.map(({ id }) => id),
            [],
            place,
          );
        });
      }
    });
  }

  test("dark is dark", () =>
    withPage({ dark: true }, async (page) => {
      const colour = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      assert.equal(colour, "rgb(20, 24, 31)");
    }));
});

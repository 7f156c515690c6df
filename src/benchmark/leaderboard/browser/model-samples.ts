/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Fills the samples of the model whose section is open. Everything that a model or an item has said becomes text, never
 * HTML. Blocks of samples are opened when they are needed.
 */
import type { ModelBlock, PageSample, TaskBlock } from "../sample-blocks.js";

const opened = new Map<string, Promise<unknown>>();

function openBlock<T>(id: string): Promise<T> {
  const known = opened.get(id) ?? decompress(document.getElementById(id)!.textContent);
  opened.set(id, known);
  return known as Promise<T>;
}

async function decompress(base64: string): Promise<unknown> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function showModel(): void {
  // Not by `:target`, which is not yet there while the page is being opened.
  const named = document.getElementById(location.hash.slice(1));
  const section = named?.matches("section.model") ? named : null;
  document.title = section?.querySelector("h2")?.textContent ?? document.querySelector("h1")!.textContent;
  if (section === null) return;
  section.querySelector("h2")!.focus({ preventScroll: true });
  scrollTo(0, 0);
  const place = section.querySelector<HTMLElement>(".samples")!;
  if (place.childElementCount === 0)
    fill(place).catch((error: unknown) => place.append(`The samples cannot be read: ${error}`));
}

async function fill(place: HTMLElement): Promise<void> {
  const id = place.dataset.samples!;
  place.append(element("h3", { textContent: "Samples" }));
  if (document.getElementById(id) === null) {
    place.append("There are none.");
    return;
  }
  const block = await openBlock<ModelBlock>(id);
  const tasks = element("select", {}, ...Object.keys(block).map((task) => element("option", { value: task }, task)));
  const missed = element("input", { type: "checkbox" });
  const search = element("input", { type: "search", autocomplete: "off" });
  const count = element("output", { role: "status" });
  const form = element(
    "form",
    { onsubmit: (event) => event.preventDefault() },
    element("label", {}, "Task ", tasks),
    element("label", {}, missed, " only wrong or failed"),
    element("label", {}, "Search ", search),
    count,
  );
  const list = element("div");
  place.append(form, list);
  const show = async (): Promise<void> => {
    const task = tasks.value;
    const samples = block[task] ?? [];
    const texts = await openBlock<TaskBlock>(`texts-${task}`);
    const wanted = search.value.toLowerCase();
    const shown = samples.filter((sample) => {
      if (missed.checked && (sample.score ?? 0) >= 1) return false;
      const { prompt, target } = texts[sample.text]!;
      return wanted === "" || `${prompt}\n${target}\n${sample.output}`.toLowerCase().includes(wanted);
    });
    count.textContent = `${shown.length} of ${samples.length} samples`;
    list.replaceChildren(...shown.map((sample) => sampleDetails(sample, texts)));
  };
  form.addEventListener("input", show);
  await show();
}

/** Texts are put in when it is opened: there may be many, and long ones. */
function sampleDetails(sample: PageSample, texts: TaskBlock): HTMLElement {
  const { item, output, score, failure } = sample;
  const result =
    failure === null
      ? element("b", {}, score === null ? "no score" : `score ${Number(score.toFixed(3))}`)
      : element("b", { className: "failed" }, "failed");
  const answer = element(
    "span",
    { className: "answer", dir: "auto" },
    (failure ?? output).replaceAll(/\s+/g, " ").slice(0, 200),
  );
  const details = element("details", {}, element("summary", {}, `item ${item}`, result, answer));
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(sampleTexts(sample, texts));
  });
  return details;
}

function sampleTexts({ output, failure, metrics, text }: PageSample, texts: TaskBlock): HTMLElement {
  const { prompt, target } = texts[text]!;
  const measured = Object.entries(metrics).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  const parts: [string, string][] = [
    ["Prompt", prompt],
    ["Answer", output],
    ["Target", target],
  ];
  if (failure !== null) parts.push(["Failure", failure]);
  if (measured.length > 0) parts.push(["Metrics", measured.join(", ")]);
  return element(
    "div",
    { className: "texts" },
    ...parts.flatMap(([name, content]) => [
      element("h4", {}, name),
      element("pre", { tabIndex: 0, dir: "auto" }, content === "" ? "(empty)" : content),
    ]),
  );
}

addEventListener("hashchange", showModel);
showModel();

/** The same sentences as every tokenizer cuts them: each token in a colour other than its neighbours'. */
import { countCharacters } from "../../corpus/filters.js";
import { escapeHtml } from "../../report/html-page.js";
import type { TokenPart } from "./cut-sentence.js";
import type { CutExample } from "./report-data.js";
import { visibleParts } from "./visible-text.js";

const colours = 4;

export const cutExamplesStyle = `
:root{--t0:#cfe0ff;--t1:#ffe1b8;--t2:#cdeccb;--t3:#f5d0e6;--sign:#00000073}
@media(prefers-color-scheme:dark){:root{--t0:#243f73;--t1:#5f4314;--t2:#22512a;--t3:#5e2a4b;--sign:#ffffff80}}
.sentence{margin:0 0 1.4rem;break-inside:avoid}.sentence>blockquote{margin:0 0 .5rem;padding-inline-start:.7rem;border-inline-start:3px solid var(--line)}
.cut{display:grid;grid-template-columns:minmax(7rem,13rem) 2.2rem minmax(0,1fr);gap:.1rem .7rem;padding:.25rem 0;border-top:1px solid var(--line);break-inside:avoid}
.cut>.who{overflow-wrap:anywhere;font-size:.9rem}.cut>.count{text-align:right;font-weight:600;font-size:.9rem;font-variant-numeric:tabular-nums}
.tokens{line-height:1.85;overflow-wrap:anywhere}
.tokens span{border-radius:3px;padding:.12em .06em;margin-right:1px;-webkit-box-decoration-break:clone;box-decoration-break:clone;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.t0{background:var(--t0)}.t1{background:var(--t1)}.t2{background:var(--t2)}.t3{background:var(--t3)}
.tokens i{font-style:normal;color:var(--sign)}.tokens .hex{font:.78em/1 ui-monospace,monospace;padding:.2em .15em;outline:1px dotted var(--soft);outline-offset:-1px}
.tokens .unknown{outline:2px solid var(--apart);outline-offset:-1px}
@media(max-width:40rem){.cut{grid-template-columns:minmax(0,1fr) auto}.cut>.tokens{grid-column:1/-1}}`;

export function cutExamples(examples: readonly CutExample[]): string {
  const corpora = [...new Set(examples.map(({ corpus }) => corpus))];
  return corpora
    .map((corpus) => {
      const sentences = examples.filter((example) => example.corpus === corpus).map(sentence);
      return `<h3>${escapeHtml(corpus)}</h3>\n${sentences.join("\n")}`;
    })
    .join("\n");
}

function sentence({ text, cuts }: CutExample): string {
  const rows = cuts.map(({ tokenizer, tokens }) => {
    const spans = tokens.map((part, i) => token(part, i)).join("");
    const count = `<div class="count" title="tokens">${tokens.length}</div>`;
    return `<div class="cut"><div class="who">${escapeHtml(tokenizer)}</div>${count}<div class="tokens" dir="auto">${spans}</div></div>`;
  });
  return `<div class="sentence"><blockquote dir="auto">${escapeHtml(text)}</blockquote>\n${rows.join("\n")}</div>`;
}

/** A line may break behind each token, as a long word of many tokens has to somewhere. */
function token(part: TokenPart, i: number): string {
  const colour = `t${i % colours}`;
  if (part.text === undefined) {
    const pairs = part.bytes?.match(/../g) ?? [];
    const title = `id ${part.id}: ${pairs.length === 1 ? "byte" : "bytes"} ${pairs.join(" ")}, no whole character`;
    return `<span class="${colour} hex" title="${title}">${pairs.join(" ")}</span><wbr>`;
  }
  const shown = visibleParts(part.text)
    .map(({ text, sign }) => (sign ? `<i>${escapeHtml(text)}</i>` : escapeHtml(text)))
    .join("");
  const characters = countCharacters(part.text);
  const length = part.unknown ? "unknown to the vocabulary" : `${characters} character${characters === 1 ? "" : "s"}`;
  return `<span class="${colour}${part.unknown ? " unknown" : ""}" title="id ${part.id}: ${length}">${shown}</span><wbr>`;
}

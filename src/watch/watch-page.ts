import path from "node:path";
import { htmlPage } from "../report/html-page.js";
import { watchFragment } from "./watch-fragment.js";

const style = `
ol.stages{list-style:none;padding:0;margin:.5rem 0;display:grid;gap:.35rem;max-width:40rem}
ol.stages li{display:grid;grid-template-columns:1.4rem 9rem 1fr;align-items:center}
ol.stages .waiting{color:var(--soft)}progress{width:100%;max-width:40rem;height:.8rem;accent-color:var(--accent)}
pre{background:var(--shade);padding:.7rem;overflow-x:auto;font-size:.82rem;border-radius:4px;max-height:18rem}
.failed{color:var(--apart);font-weight:600}#stale{color:var(--apart)}dt{color:var(--soft);white-space:pre-wrap;margin-top:.7rem}
dd{white-space:pre-wrap;margin:.1rem 0 0;padding-inline-start:.7rem;border-inline-start:3px solid var(--line)}`;

/** Asks for what has changed once a second; keeps the place on the page, and says when nobody answers any more. */
export const watchScript = `
const now = document.getElementById("now"), stale = document.getElementById("stale");
let shown = "";
async function look() {
  try {
    const text = await (await fetch("/now")).text();
    stale.textContent = "";
    if (text !== shown && getSelection().isCollapsed) now.innerHTML = shown = text;
  } catch {
    stale.textContent = "lep watch has ended; this is how things stood.";
  }
  setTimeout(look, document.hidden ? 5000 : 1000);
}
look();
`;

/** The whole page, readable without its script too. */
export function watchPage(folder: string): string {
  const title = `${path.basename(path.resolve(folder))}, as it goes`;
  const body = `<p id="stale" role="status"></p><div id="now">${watchFragment(folder)}</div><script src="/watch.js"></script>`;
  return htmlPage(title, body, style);
}

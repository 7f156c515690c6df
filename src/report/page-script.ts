/**
 * Scripts of a self-contained page. They are written in TypeScript like everything else, in folders named `browser`, each a
 * module without imports; the page holds what the compiler made of them, and lets no other script run.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export interface PageScripts {
  /** For the page's head: a policy under which nothing is loaded, and only these scripts are run. */
  head: string;
  /** The scripts, for the end of the body. */
  html: string;
}

/** `modules`: the compiled files. */
export function pageScripts(modules: readonly URL[]): PageScripts {
  // The source map is not there to be loaded.
  const sources = modules.map((module) => readFileSync(module, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, ""));
  const hashes = sources.map((source) => `'sha256-${createHash("sha256").update(source).digest("base64")}'`);
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src ${hashes.join(" ")}; base-uri 'none'; form-action 'none'`;
  return {
    head: `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`,
    html: sources.map((source) => `<script type="module">${source}</script>\n`).join(""),
  };
}

/**
 * Which original models a model folder goes back to, with their licences and languages, and what lep has done since: from the
 * front matter and the marked section of its README.md.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { hubOrigin } from "../hub/hub-cache.js";

export const cardFile = "README.md";
/** Around what was done, which a model made of this one takes over. */
export const stepMarks = { begin: "<!-- lep: steps -->", end: "<!-- lep: end of steps -->" } as const;

const sourceSchema = z.object({
  /** Hub id, else the name of the folder. */
  name: z.string(),
  /** Of a hub id: the commit. */
  revision: z.string().optional(),
  license: z.string().optional(),
});

export type ModelSource = z.infer<typeof sourceSchema>;

const frontMatter = z.object({
  license: z.union([z.string(), z.array(z.string())]).nullish(),
  license_name: z.string().nullish(),
  language: z.union([z.string(), z.array(z.string())]).nullish(),
  lep: z.object({ sources: z.array(sourceSchema) }).optional(),
});

export interface ModelHistory {
  /** Itself, where lep did not make it. */
  sources: ModelSource[];
  languages: string[];
  /** Markdown. */
  steps: string;
  /** How a card calls it: hub id and commit, what was done last where lep made it, or the name of its folder. */
  shown: string;
}

/** A card that cannot be read says nothing: it is written by hand, and no computation rests on it. */
export function modelHistory(folder: string): ModelHistory {
  const file = path.join(folder, cardFile);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const { license, license_name, language, lep } = readFrontMatter(text);
  const origin = hubOrigin(folder);
  const named = [license].flat().find((entry) => entry != null);
  const known = named === "other" ? (license_name ?? named) : named;
  const itself: ModelSource = {
    name: origin?.name ?? path.basename(path.resolve(folder)),
    ...(origin && { revision: origin.commit }),
    ...(known && { license: known }),
  };
  const [, steps = ""] = text.split(stepMarks.begin);
  const [, title] = (lep && /^# (.+)$/m.exec(text)) ?? [];
  return {
    shown:
      origin === undefined
        ? title === undefined
          ? itself.name
          : `the one of “${title}”`
        : `${origin.name} at commit ${origin.commit}`,
    sources: lep?.sources ?? [itself],
    languages: [language].flat().filter((entry) => entry != null),
    steps: lep === undefined ? "" : (steps.split(stepMarks.end)[0] ?? "").trim(),
  };
}

function readFrontMatter(text: string): z.infer<typeof frontMatter> {
  const [, yaml] = /^---\r?\n([\s\S]*?)\r?\n---\s*(\r?\n|$)/.exec(text) ?? [];
  if (yaml === undefined) return {};
  try {
    return frontMatter.safeParse(parse(yaml, { maxAliasCount: 10 })).data ?? {};
  } catch {
    return {};
  }
}

/**
 * What a report shows of a corpus: some sentences, and the script it is written in. The sentences stand at fixed places, so
 * that the same corpus always gives the same ones: the first of suitable length behind each place. Reads no further than
 * the last of them.
 */
import type { Documents } from "../../corpus/document.js";
import { letterScript, otherScript } from "../../corpus/letter-script.js";

export interface CorpusSample {
  sentences: string[];
  /** The script of most letters that were read; null where there are none of a known one. */
  script: string | null;
}

/** In UTF-16 units from the start of the corpus; a title page is usually over by the first. */
const places = [2_000, 60_000, 300_000];
/** Text without any sentences is not read to its end. */
const farthest = 2_000_000;
/** A longer line is looked at no further. */
const longestLine = 4_096;
/** Characters of a sentence that fits a screen, and can tell tokenizers apart. */
const [shortest, longest] = [50, 130];

export async function sampleCorpus(documents: Documents): Promise<CorpusSample> {
  const letters = new Map<string, number>();
  const atPlaces: string[] = [];
  const early: string[] = [];
  const lines: string[] = [];
  let position = 0;
  reading: for await (const { text } of documents) {
    for (const line of linesOf(text)) {
      const part = line.slice(0, longestLine);
      countLetters(part, letters);
      if (lines.length < places.length && part.trim() !== "") lines.push(wholeCharacters(part.trim(), longest));
      for (const sentence of sentencesOf(part)) {
        if (!isSuitable(sentence)) continue;
        if (early.length < places.length && !early.includes(sentence)) early.push(sentence);
        const due = position >= places[atPlaces.length]!;
        if (due && !atPlaces.includes(sentence)) atPlaces.push(sentence);
        if (due) break;
      }
      position += line.length + 1;
      if (atPlaces.length === places.length || position > farthest) break reading;
    }
  }
  // A short corpus gives its first sentences, and one without sentences the beginnings of its lines.
  const sentences = new Set([...atPlaces, ...early].slice(0, places.length));
  return { sentences: [...(sentences.size > 0 ? sentences : new Set(lines))], script: mostFrequent(letters) };
}

function* linesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from);
    yield text.slice(from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
  }
}

const sentencesOf = (line: string): string[] =>
  line.split(/(?<=[.!?…]["»”’)]?)\s+|(?<=[。！？])/u).map((sentence) => sentence.trim());

/** A whole sentence of a good length, in a script with or without capitals. */
function isSuitable(sentence: string): boolean {
  if (sentence.length < shortest || sentence.length > longest) return false;
  return /^\P{L}*[\p{Lu}\p{Lt}\p{Lo}]/u.test(sentence) && /[.!?…。！？]["»”’)]?$/u.test(sentence);
}

const wholeCharacters = (text: string, count: number): string => [...text.slice(0, 2 * count)].slice(0, count).join("");

function countLetters(text: string, letters: Map<string, number>): void {
  for (const character of text) {
    const script = letterScript(character.codePointAt(0)!);
    if (script !== null && script !== otherScript) letters.set(script, (letters.get(script) ?? 0) + 1);
  }
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | null {
  let best: [script: string | null, count: number] = [null, 0];
  for (const [script, count] of counts) if (count > best[1]) best = [script, count];
  return best[0];
}

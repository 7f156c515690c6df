/** 1 where the answer is the gold answer, apart from case, white space around it and one full stop at its end. */
export function exactMatch(answer: string, gold: string): number {
  const given = normalise(answer);
  return given !== "" && given === normalise(gold) ? 1 : 0;
}

function normalise(text: string): string {
  return text.normalize("NFC").trim().replace(/\.$/, "").trimEnd().toLowerCase();
}

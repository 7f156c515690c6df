/**
 * What a `Split` makes of the places that its pattern matches: Hugging Face tokenizers' five behaviours, and patterns that
 * match nothing at all (a look-ahead), at which a text is cut too.
 */

/** Calls `found` with every match of `text`, in order; a match may be empty. */
export type Finder = (text: string, found: (start: number, end: number) => void) => void;

/** Calls `piece` with start and end of every piece; an empty one is no piece. */
export type Splitter = (text: string, piece: (start: number, end: number) => void) => void;

const behaviors = ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"] as const;

export type SplitBehavior = (typeof behaviors)[number];

/** The behaviour of that name, as a file writes it or undefined. */
export function splitBehavior(name: unknown): SplitBehavior | undefined {
  return behaviors.find((behavior) => behavior === name);
}

/** `expression` is global. An empty match right behind another match is none. */
export function findPattern(expression: RegExp): Finder {
  return (text, found) => {
    let matchEnd = -1;
    // A nested splitter may use the same expression, so the place is kept here.
    for (let from = 0; from <= text.length; ) {
      expression.lastIndex = from;
      const match = expression.exec(text);
      if (match === null) return;
      const end = match.index + match[0].length;
      if (match[0] === "" && end === matchEnd) {
        from = end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
        continue;
      }
      found(match.index, end);
      matchEnd = end;
      from = end;
    }
  };
}

/** With `inverted` the pattern says what lies between the matches. */
export function createSplitter(find: Finder, behavior: SplitBehavior, inverted = false): Splitter {
  if (behavior === "Isolated") return isolating(find);
  if (behavior === "Removed") return inverted ? matching(find) : removing(find);
  return (text, piece) => {
    const parts = partsOf(find, text);
    if (inverted) for (const part of parts) part.match = !part.match;
    for (const { start, end } of mergers[behavior](parts)) if (end > start) piece(start, end);
  };
}

/** "MergedWithNext" of a text, which is not empty: every piece but the first begins with it. */
export function splitBefore(mark: string): Splitter {
  return (text, piece) => {
    let from = 0;
    const first = text.startsWith(mark) ? mark.length : 0;
    for (let at = text.indexOf(mark, first); at >= 0; at = text.indexOf(mark, at + mark.length)) {
      if (at > from) piece(from, at);
      from = at;
    }
    if (from < text.length) piece(from, text.length);
  };
}

function isolating(find: Finder): Splitter {
  return (text, piece) => {
    let from = 0;
    find(text, (start, end) => {
      if (start > from) piece(from, start);
      if (end > start) piece(start, end);
      from = end;
    });
    if (from < text.length) piece(from, text.length);
  };
}

function removing(find: Finder): Splitter {
  return (text, piece) => {
    let from = 0;
    find(text, (start, end) => {
      if (start > from) piece(from, start);
      from = end;
    });
    if (from < text.length) piece(from, text.length);
  };
}

function matching(find: Finder): Splitter {
  return (text, piece) =>
    find(text, (start, end) => {
      if (end > start) piece(start, end);
    });
}

interface Part {
  start: number;
  end: number;
  match: boolean;
}

function partsOf(find: Finder, text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  find(text, (start, end) => {
    if (start > from) parts.push({ start: from, end: start, match: false });
    parts.push({ start, end, match: true });
    from = end;
  });
  if (from < text.length) parts.push({ start: from, end: text.length, match: false });
  return parts;
}

const mergers: Record<"MergedWithPrevious" | "MergedWithNext" | "Contiguous", (parts: Part[]) => Part[]> = {
  MergedWithPrevious: (parts) => {
    const merged: Part[] = [];
    let afterMatch = false;
    for (const part of parts) {
      const last = merged.at(-1);
      if (part.match && !afterMatch && last !== undefined) last.end = part.end;
      else merged.push({ ...part });
      afterMatch = part.match;
    }
    return merged;
  },
  MergedWithNext: (parts) => {
    const merged: Part[] = [];
    let beforeMatch = false;
    for (const part of parts.toReversed()) {
      const last = merged.at(-1);
      if (part.match && !beforeMatch && last !== undefined) last.start = part.start;
      else merged.push({ ...part });
      beforeMatch = part.match;
    }
    return merged.reverse();
  },
  Contiguous: (parts) => {
    const merged: Part[] = [];
    let afterMatch = false;
    for (const part of parts) {
      const last = merged.at(-1);
      if (part.match === afterMatch && last !== undefined) last.end = part.end;
      else merged.push({ ...part });
      afterMatch = part.match;
    }
    return merged;
  },
};

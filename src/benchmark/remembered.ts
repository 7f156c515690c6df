/** Characters of the texts that are kept, with as many numbers made of them at most. */
const mostCharacters = 10_000_000;

/** What `make` gives for the texts that were asked for last: examples, option letters and open turns come back with every question. */
export function remembered<A>(make: (text: string) => Promise<A>): (text: string) => Promise<A> {
  const known = new Map<string, Promise<A>>();
  let characters = 0;
  const forget = (text: string): void => {
    if (known.delete(text)) characters -= text.length;
  };
  return (text) => {
    const value = known.get(text) ?? make(text);
    forget(text);
    known.set(text, value);
    characters += text.length;
    for (const oldest of known.keys()) {
      if (characters <= mostCharacters) break;
      forget(oldest);
    }
    return value;
  };
}

/** Python's white space (str.split): Unicode's, and the four separators of ASCII, which JavaScript does not take for space. */
const space = new RegExp(`[\\p{White_Space}${"\x1c\x1d\x1e\x1f"}]+`, "u");

/** The parts of a text between white space. */
export const splitWords = (text: string): string[] => text.split(space).filter((word) => word !== "");

/** The punctuation of ASCII (Python's string.punctuation), as a class for regular expressions. */
export const asciiPunctuation = "[!-\\/:-@\\[-`\\{-~]";

/** What is used of az, which has no types of its own. */
declare module "az" {
  interface Parse {
    /** False where the analyser knows no first form. */
    normalize(): Parse | false;
    toString(): string;
  }
  interface Options {
    ignoreCase: boolean;
    stutter: number;
    typos: number;
    forceParse: boolean;
    parsers: string[];
  }
  interface Morph {
    (word: string, options: Options): Parse[];
    init(done: (error: Error | null) => void): void;
  }
  const Az: { Morph: Morph };
  export default Az;
}

import { resolveModelFolder, resolveTokenizerPlace } from "../model/resolve-model-folder.js";
import { withProgress } from "./with-progress.js";

/** The local folder of a model that a command is given as a folder or hub id; a download is shown and Ctrl-C ends it. */
export const modelFolder = (place: string): Promise<string> =>
  withProgress((progress, signal) => resolveModelFolder(place, { progress, signal }));

/** The same for a tokenizer, which may be a file too. */
export const tokenizerPlace = (place: string): Promise<string> =>
  withProgress((progress, signal) => resolveTokenizerPlace(place, { progress, signal }));

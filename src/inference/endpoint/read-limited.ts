import { RequestFailure } from "./endpoint-errors.js";

/** Far more than log-probabilities of a whole vocabulary take. */
const mostBytes = 256 << 20;

/** The body as text. Throws `RequestFailure` where it does not end, and what the connection throws. */
export async function readLimited(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > mostBytes) throw new RequestFailure(`an answer of more than ${mostBytes >> 20} MiB`);
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** Where the hub is and who asks, from the variables and the file that Hugging Face's own tools use. */
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CheckpointError } from "../../errors.js";

export interface HubAccess {
  hubUrl: string;
  accessToken?: string;
}

/** LEP_OFFLINE or HF_HUB_OFFLINE forbid the network. */
export function networkForbidden(): boolean {
  const lep = process.env.LEP_OFFLINE ?? "";
  const hub = process.env.HF_HUB_OFFLINE ?? "";
  return !["", "0"].includes(lep) || /^(1|on|yes|true)$/i.test(hub);
}

/** HF_ENDPOINT, and the token of HF_TOKEN or of the file that `hf auth login` writes. Throws `CheckpointError` where either cannot be one. */
export function hubAccess(): HubAccess {
  const hubUrl = (process.env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  if (!URL.canParse(hubUrl)) {
    throw new CheckpointError("checkpoint.hub_endpoint", `HF_ENDPOINT: ${JSON.stringify(hubUrl)} is not an address`, {
      hint: "For example https://huggingface.co, which it is where HF_ENDPOINT is not set.",
    });
  }
  const { token, from } = findToken();
  if (token === undefined) return { hubUrl };
  if (!/^hf_[\x21-\x7e]+$/.test(token)) {
    throw new CheckpointError("checkpoint.hub_token", `${from}: this is not a token of the hub`, {
      hint: "Tokens begin with hf_; huggingface.co/settings/tokens makes them.",
    });
  }
  return { hubUrl, accessToken: token };
}

function findToken(): { token: string | undefined; from: string } {
  const fromEnvironment = process.env.HF_TOKEN?.trim();
  if (fromEnvironment) return { token: fromEnvironment, from: "HF_TOKEN" };
  const caches = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache");
  const home = process.env.HF_HOME ?? path.join(caches, "huggingface");
  const file = process.env.HF_TOKEN_PATH ?? path.join(home, "token");
  try {
    return { token: readFileSync(file, "utf8").trim() || undefined, from: file };
  } catch {
    // Most people have none, and most models need none.
    return { token: undefined, from: file };
  }
}

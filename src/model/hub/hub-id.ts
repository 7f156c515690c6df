/** What a user writes for a model or data set of the hub: `org/name`, or `org/name@revision` for a branch, tag or commit. */
export interface HubId {
  type: "model" | "dataset";
  name: string;
  revision: string;
}

const pattern = /^([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([\w][\w.+/-]*))?$/;

/** Undefined where `text` is no hub id. The revision is `main` where none is named. */
export function parseHubId(text: string, type: HubId["type"] = "model"): HubId | undefined {
  const [, name, revision = "main"] = pattern.exec(text) ?? [];
  // A revision becomes a path in the cache.
  if (name === undefined || revision.split("/").some((part) => part === "" || part === "..")) return undefined;
  return { type, name, revision };
}

/** As it is shown: the revision where it is not the usual one. */
export const shownId = ({ name, revision }: HubId): string => (revision === "main" ? name : `${name}@${revision}`);

export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

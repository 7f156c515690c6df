/**
 * ggml through an FFI: the libraries are those that node-llama-cpp installs with npm, the functions
 * those of functions.ts. Nothing here computes; a device is opened in backend.ts.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import koffi, { type LibraryHandle } from "koffi";
import { EngineError } from "../../errors.js";
import { prepareForeignCalls } from "../../foreign-calls.js";
import { packageRoot } from "../../package-root.js";
import { type Functions, ggmlFunctions, registryFunctions, type Signature } from "./functions.js";

/** The version that the prototypes in functions.ts were written for. */
export const ggmlVersion = "0.25.1";

export type GgmlVariant = "cpu" | "cuda" | "vulkan" | "metal";
export type Ggml = Functions<typeof ggmlFunctions> & Functions<typeof registryFunctions> & { folder: string };

let prepared = false;
const loaded = new Map<string, Ggml>();

/**
 * ggml of this platform, loaded once a process. Pointers are bigints, typed arrays may stand where C
 * wants an address. Throws `EngineError` where the library is absent or of another version.
 */
export function loadGgml(variant: GgmlVariant = "cpu"): Ggml {
  const folder = findGgmlFolder(variant);
  const known = loaded.get(folder);
  if (known !== undefined) return known;
  prepareFfi();
  // The other libraries find base's symbols in the process, so base comes first.
  const base = koffi.load(libraryFile(folder, /^(lib)?ggml-base[.\d]*\.(so|dylib|dll)$/), { global: true });
  const registry = koffi.load(libraryFile(folder, /^(lib)?ggml(\.(cuda|vulkan|metal))?(\.v[.\d]+)?\.(so|dylib|dll)$/), {
    global: true,
  });
  const version = base.func("ggml_version", "str", [])() as string;
  if (version !== ggmlVersion) {
    throw new EngineError("engine.version", `${folder} holds ggml ${version}, but lep was written for ${ggmlVersion}`, {
      hint: "Install the dependencies exactly as package-lock.json names them (npm ci).",
    });
  }
  const ggml = { ...bind(base, ggmlFunctions), ...bind(registry, registryFunctions), folder } as Ggml;
  loaded.set(folder, ggml);
  return ggml;
}

/** The folder with ggml's shared libraries in the node-llama-cpp package of this platform. */
export function findGgmlFolder(variant: GgmlVariant = "cpu"): string {
  if (variant === "metal" && process.platform !== "darwin") {
    throw new EngineError("engine.device", "Metal is there on Apple's machines only", { hint: "Choose device: auto." });
  }
  const system = { linux: "linux", darwin: "mac", win32: "win" }[process.platform as string] ?? process.platform;
  const machine = process.arch === "arm" ? "armv7l" : process.arch;
  // The one package for Apple's processors has Metal and the CPU in it.
  const plain = system === "mac" && machine === "arm64" ? "mac-arm64-metal" : `${system}-${machine}`;
  const name = variant === "cpu" || plain.endsWith(variant) ? plain : `${system}-${machine}-${variant}`;
  for (const modules of moduleFolders()) {
    const folder = path.join(modules, "@node-llama-cpp", name, "bins", name);
    if (existsSync(folder)) return folder;
  }
  throw new EngineError("engine.library_missing", `the package @node-llama-cpp/${name} is not installed`, {
    hint: "Run npm ci with optional dependencies on (no --omit=optional, no --no-optional).",
  });
}

/** node_modules folders to look in, the nearest to node-llama-cpp first. */
function moduleFolders(): string[] {
  const folders: string[] = [];
  const climb = (from: string): void => {
    for (let at = from; at !== path.dirname(at); at = path.dirname(at)) folders.push(path.join(at, "node_modules"));
  };
  try {
    climb(path.dirname(createRequire(import.meta.url).resolve("node-llama-cpp")));
  } catch {
    // Not resolvable from here: the folders above lep itself are looked through below.
  }
  climb(packageRoot());
  return folders;
}

function libraryFile(folder: string, pattern: RegExp): string {
  const name = readdirSync(folder)
    .sort()
    .find((file) => pattern.test(file));
  if (name !== undefined) return path.join(folder, name);
  throw new EngineError("engine.library_missing", `${folder}: no library matches ${pattern}`, {
    hint: "The installed node-llama-cpp differs from the one in package-lock.json: run npm ci.",
  });
}

/** Before ggml, or llama.cpp on top of it, is loaded. */
export function prepareFfi(): void {
  if (prepared) return;
  prepared = true;
  prepareForeignCalls();
  koffi.struct("ggml_init_params", { mem_size: "size_t", mem_buffer: "void*", no_alloc: "bool" });
}

function bind(library: LibraryHandle, table: Record<string, Signature>): Record<string, unknown> {
  const bound: Record<string, unknown> = {};
  for (const [name, [result, ...args]] of Object.entries(table)) bound[name] = library.func(name, result, args);
  return bound;
}

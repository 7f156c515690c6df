/** Damage inside of valid JSON: values of other kinds, keys of prototypes, numbers at their edges, depth, what JSON forbids. */
import type { Random } from "../../src/random.js";

type Container = Record<string, unknown>;

/** Put in as they are, which no value of JavaScript could say. */
const rawTexts: readonly string[] = [
  ...["NaN", "Infinity", "-", "1e999", "-1e999", "-0", "1e-400", "0x10", "01", "123456789012345678901234567890", "{"],
  ...['"\\ud800"', '"\\u0000"', '"\\uffff"', '"\\x"', '"', "undefined", "'a'", "[1,]", '{"a":1,"a":2}', "/**/null"],
  ...[32, 1000, 20_000].flatMap((depth) => [
    `${"[".repeat(depth)}${"]".repeat(depth)}`,
    `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`,
  ]),
];

const values: readonly unknown[] = [
  ...[null, true, false, "", " ", "a", "0", "-1", "..", "../../etc/passwd", "/", "a/b", "__proto__", "constructor"],
  ...[0, 1, -1, 2, 0.5, 255, 256, 65535, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, 1e308, 5e-324, -1e9],
  ...[[], {}, [null], [[]], [0, 0], { a: 1 }, { length: 4_294_967_295 }, "x".repeat(5000), "\u0000", "ключ", "👩🏽‍🚀"],
  ...["(a+)+$", "[", "(?", "\\", "$&", "{{", "{% for", "{{ 1/0 }}", "%s", "\n", "\r\n", "▁", "Ġ"],
];

const keys = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "",
  "length",
  "0",
  "then",
  "toJSON",
];

/** Stands for a raw text until the rest is written. */
const mark = "\u2404raw\u2404";

/** A damaged text; undefined where `text` is no JSON with anything in it. */
export function mutateJson(text: string, random: Random): string | undefined {
  const root: { value: unknown } = { value: undefined };
  try {
    root.value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { parent, key } = somewhere(root, random);
  const change = random.below(10);
  if (change < 3) put(parent, key, values[random.below(values.length)]);
  else if (change === 3) put(parent, key, mark);
  else if (change === 4) remove(parent, key, random);
  else if (change === 5) rename(parent, key, random);
  else if (change === 6) addPrototype(parent, key, random);
  else if (change === 7) swap({ parent, key }, somewhere(root, random));
  else if (change === 8) repeat(parent, key, random);
  else put(parent, key, nudged(parent[key], random));
  const written = JSON.stringify(root.value) ?? "";
  const raw = rawTexts[random.below(rawTexts.length)]!;
  return written.replace(JSON.stringify(mark), () => raw);
}

interface Place {
  parent: Container;
  key: string;
}

/** A walk from the root: wide lists and maps get no more than their share. */
function somewhere(root: Container, random: Random): Place {
  let parent = root;
  let key = "value";
  for (;;) {
    const value = parent[key];
    const inner = typeof value === "object" && value !== null ? Object.keys(value) : [];
    if (inner.length === 0 || random.below(5) === 0) return { parent, key };
    parent = value as Container;
    key = inner[random.below(inner.length)]!;
  }
}

/** A plain assignment to `__proto__` would be none. */
function put(parent: Container, key: string, value: unknown): void {
  if (Array.isArray(parent) && key === "length") return;
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove(parent: Container, key: string, random: Random): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1 + random.below(parent.length));
  else delete parent[key];
}

function rename(parent: Container, key: string, random: Random): void {
  if (Array.isArray(parent)) return void parent.reverse();
  const value = parent[key];
  delete parent[key];
  put(parent, random.below(3) === 0 ? `${key} ` : keys[random.below(keys.length)]!, value);
}

function addPrototype(parent: Container, key: string, random: Random): void {
  const value = parent[key];
  const into = typeof value === "object" && value !== null ? (value as Container) : parent;
  const pollution = { polluted: true, toString: null, length: 1, type: "polluted" };
  const added: [string, unknown][] = [
    ["__proto__", pollution],
    ["constructor", { prototype: pollution }],
    ["__proto__", null],
    [keys[random.below(keys.length)]!, values[random.below(values.length)]],
  ];
  const [name, content] = added[random.below(added.length)]!;
  put(into, name, content);
}

function swap(a: Place, b: Place): void {
  const [first, second] = [a.parent[a.key], b.parent[b.key]];
  // A value inside of itself has no end.
  if (
    JSON.stringify(first)?.includes(JSON.stringify(second) ?? "") ||
    JSON.stringify(second)?.includes(JSON.stringify(first) ?? "")
  ) {
    put(a.parent, a.key, structuredClone(second));
    return;
  }
  put(a.parent, a.key, second);
  put(b.parent, b.key, first);
}

function repeat(parent: Container, key: string, random: Random): void {
  if (Array.isArray(parent)) parent.splice(random.below(parent.length + 1), 0, structuredClone(parent[Number(key)]));
  else put(parent, `${key}${random.below(2) === 0 ? "2" : ".weight"}`, structuredClone(parent[key]));
}

function nudged(value: unknown, random: Random): unknown {
  if (typeof value === "number")
    return [value + 1, value - 1, -value, value * 2, value / 2, value + 0.5][random.below(6)];
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string") return [value];
  const at = random.below(value.length + 1);
  return [value.slice(0, at), value + value, `${value.slice(0, at)}\ud800${value.slice(at)}`, value.toUpperCase()][
    random.below(4)
  ];
}

import { test } from "node:test";
import { mapped, type Pair, procrustes } from "../../../src/pretraining/initializers/procrustes.js";
import { close } from "./close.js";

const from = [
  [1, 2, 0],
  [0, 1, 3],
  [2, 0, 1],
  [1, 1, 1],
  [3, -1, 2],
];
const to = [
  [0, 2, 1],
  [1, 0, 3],
  [2, 1, -1],
  [1, 1, 2],
  [0, 3, 1],
];
const pairs = from.map((row, i): Pair => ({ from: Float32Array.from(row), to: Float32Array.from(to[i]!) }));

test("the orthogonal map of pairs: U Vᵀ of numpy.linalg.svd", () => {
  const expected = [
    0.06884203346998516, 0.9900317395274149, -0.12287363084095165, -0.6815486917129544, 0.13661575327886522,
    0.7189071684024365, 0.7285273881276384, 0.03425333099669789, 0.6841597430889602,
  ];
  close(procrustes(pairs, 3), expected, 1e-12);
});

test("fewer pairs than dimensions: the part of U Vᵀ that they span", () => {
  const expected = [
    -0.0615608461548801, 0.45994601838661164, 0.045290470728665565, -0.008575269656854768, 0.8121605560021831,
    0.3803544690305272, 0.3436392679587165, -0.32319444231312083, 0.8693205827195891,
  ];
  const map = procrustes(pairs.slice(0, 2), 3);
  close(map, expected, 1e-10);
  close(
    mapped(Float32Array.of(0, 0, 2), map),
    expected.slice(6).map((value) => 2 * value),
    1e-6,
  );
});

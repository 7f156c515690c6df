/** A small seeded generator (xoshiro128**, seeded through splitmix32), so that every result can be repeated. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Integer in [0, n). */
  below(n: number): number;
  /** The integers that as many calls of `below(n)` would give, for those who need millions: into[from] to into[to - 1]. */
  fillBelow(n: number, into: Int32Array, from: number, to: number): void;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Fisher-Yates in place; returns the same array. */
  shuffle<A extends unknown[] | Int32Array | Uint32Array | Uint16Array | Uint8Array>(items: A): A;
}

export function createRandom(seed: number): Random {
  let mix = seed >>> 0;
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let d = splitmix();
  const rotate = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0;
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const t = (b << 9) >>> 0;
    c = (c ^ a) >>> 0;
    d = (d ^ b) >>> 0;
    b = (b ^ c) >>> 0;
    a = (a ^ d) >>> 0;
    c = (c ^ t) >>> 0;
    d = rotate(d, 11);
    return result;
  };
  const uniform = (): number => next() / 4294967296;
  const below = (n: number): number => Math.floor(uniform() * n);
  const fillBelow = (n: number, into: Int32Array, from: number, to: number): void => {
    // The state in variables of this function: those of a closure would be made anew at each step.
    let [a1, b1, c1, d1] = [a | 0, b | 0, c | 0, d | 0];
    for (let i = from; i < to; i++) {
      const five = Math.imul(b1, 5);
      const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
      const t = b1 << 9;
      c1 ^= a1;
      d1 ^= b1;
      b1 ^= c1;
      a1 ^= d1;
      c1 ^= t;
      d1 = (d1 << 11) | (d1 >>> 21);
      into[i] = Math.floor((result / 4294967296) * n);
    }
    [a, b, c, d] = [a1 >>> 0, b1 >>> 0, c1 >>> 0, d1 >>> 0];
  };
  let spare: number | undefined;
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log((next() + 0.5) / 4294967296));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const shuffle = <A extends unknown[] | Int32Array | Uint32Array | Uint16Array | Uint8Array>(items: A): A => {
    for (let i = items.length - 1; i > 0; i--) {
      const j = below(i + 1);
      const held = items[i];
      items[i] = items[j] as never;
      items[j] = held as never;
    }
    return items;
  };
  return { uniform, below, fillBelow, normal, shuffle };
}

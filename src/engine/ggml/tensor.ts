/**
 * Graph building with shapes: ggml's tensor structs are opaque to lep, so a tensor is an address with
 * its shape beside it. Shapes are in ggml's order, the fastest running dimension first: a weight that
 * checkpoints hold as [out, in] is [in, out] here, activations are [features, tokens].
 */
import { ggmlType, type Pointer } from "./functions.js";
import type { Ggml } from "./library.js";

export interface Tensor {
  readonly at: Pointer;
  readonly shape: Shape;
  /** Known of tensors that were made with a type; results of operations are float32 unless they say otherwise. */
  readonly type?: ElementType;
}

export type Shape = readonly [number, number, number, number];
export type ElementType = (typeof ggmlType)[keyof typeof ggmlType];

/** What `ggml_rope_ext` takes; rotary halves as in Hugging Face weights (mode 2). */
export interface Rope {
  dimensions: number;
  base: number;
  /** float32[dimensions / 2], each frequency's divisor; null for none. */
  factors: Tensor | null;
  /** int32[T]. */
  positions: Tensor;
}

export type Ops = ReturnType<typeof createOps>;

/** A context that holds the descriptions of up to `tensors` tensors and a graph of as many nodes, no data. */
export function createContext(ggml: Ggml, tensors: number): Pointer {
  const bytes = tensors * ggml.ggml_tensor_overhead() + ggml.ggml_graph_overhead_custom(tensors, false) + 4096;
  return ggml.ggml_init({ mem_size: bytes, mem_buffer: null, no_alloc: true });
}

export function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The operations of the graphs, in `context`. Nothing is computed here. */
export function createOps(ggml: Ggml, context: Pointer) {
  const of = (at: Pointer, ...shape: number[]): Tensor => {
    const [a = 1, b = 1, c = 1, d = 1] = shape;
    return { at, shape: [a, b, c, d] };
  };
  const like = (at: Pointer, tensor: Tensor): Tensor => ({ at, shape: tensor.shape });
  let work = 0;
  const ropeArguments = (r: Rope) => [r.dimensions, 2, 0, r.base, 1, 0, 1, 32, 1] as const;

  /** Side by side along `dimension`. */
  const concat = (a: Tensor, b: Tensor, dimension: 0 | 1 | 2): Tensor => {
    const shape = [...a.shape];
    shape[dimension]! += b.shape[dimension];
    return of(ggml.ggml_concat(context, a.at, b.at, dimension), ...shape);
  };
  /** The same of one or more, in pairs: one by one, the first would be copied as often as there are others. */
  const concatAll = (parts: readonly Tensor[], dimension: 0 | 1 | 2): Tensor => {
    if (parts.length === 1) return parts[0]!;
    const half = parts.length >> 1;
    return concat(concatAll(parts.slice(0, half), dimension), concatAll(parts.slice(half), dimension), dimension);
  };
  return {
    /** A new tensor without data. */
    tensor(type: ElementType, ...shape: number[]): Tensor {
      return { ...of(ggml.ggml_new_tensor(context, type, shape.length, shape), ...shape), type };
    },
    add: (a: Tensor, b: Tensor): Tensor => like(ggml.ggml_add(context, a.at, b.at), a),
    addInPlace: (a: Tensor, b: Tensor): Tensor => like(ggml.ggml_add_inplace(context, a.at, b.at), a),
    /** Elementwise; `b` is repeated where it is smaller. */
    mul: (a: Tensor, b: Tensor): Tensor => like(ggml.ggml_mul(context, a.at, b.at), a),
    mulInPlace: (a: Tensor, b: Tensor): Tensor => like(ggml.ggml_mul_inplace(context, a.at, b.at), a),
    scale: (a: Tensor, factor: number): Tensor => like(ggml.ggml_scale_bias(context, a.at, factor, 0), a),
    /** a + bias */
    shift: (a: Tensor, bias: number): Tensor => like(ggml.ggml_scale_bias(context, a.at, 1, bias), a),
    /** Sums the parts of `a` that a repetition of `b` made. */
    repeatBack: (a: Tensor, b: Tensor): Tensor => like(ggml.ggml_repeat_back(context, a.at, b.at), b),
    /** `table` [n, rows, b], `ids` [k, b] -> [n, k, b] */
    rows: (table: Tensor, ids: Tensor): Tensor =>
      of(ggml.ggml_get_rows(context, table.at, ids.at), table.shape[0], ids.shape[0], ids.shape[1], ids.shape[2]),
    /** Adds up the rows of `gradient` by id, into the shape of `table`. */
    rowsBack: (gradient: Tensor, ids: Tensor, table: Tensor): Tensor =>
      like(ggml.ggml_get_rows_back(context, gradient.at, ids.at, table.at), table),
    /** Overwrites rows of `table` in place. */
    setRows: (table: Tensor, values: Tensor, ids: Tensor): Tensor =>
      like(ggml.ggml_set_rows(context, table.at, values.at, ids.at), table),
    rmsNorm: (a: Tensor, epsilon: number): Tensor => like(ggml.ggml_rms_norm(context, a.at, epsilon), a),
    rmsNormBack: (gradient: Tensor, input: Tensor, epsilon: number): Tensor =>
      like(ggml.ggml_rms_norm_back(context, gradient.at, input.at, epsilon), input),
    /** `a` [k, n, c, d], `b` [k, m, C, D] -> aᵀb [n, m, C, D]; `a` is repeated where C, D are multiples of c, d. */
    matmul(a: Tensor, b: Tensor): Tensor {
      if (a.type === ggmlType.BF16 || a.type === ggmlType.Q8_0) work = Math.max(work, 2 * elements(b.shape));
      return of(ggml.ggml_mul_mat(context, a.at, b.at), a.shape[1], b.shape[1], b.shape[2], b.shape[3]);
    },
    /** Bytes that a CPU takes to round the second factor of the largest product. */
    workBytes: (): number => work,
    silu: (a: Tensor): Tensor => like(ggml.ggml_silu(context, a.at), a),
    siluBack: (gradient: Tensor, input: Tensor): Tensor =>
      like(ggml.ggml_silu_back(context, gradient.at, input.at), input),
    /** silu(gate) · up */
    swiglu: (gate: Tensor, up: Tensor): Tensor => like(ggml.ggml_swiglu_split(context, gate.at, up.at), gate),
    /** softmax(scale · a + mask) over the first dimension. */
    softmax: (a: Tensor, mask: Tensor | null, scale: number): Tensor =>
      like(ggml.ggml_soft_max_ext(context, a.at, mask?.at ?? null, scale, 0), a),
    softmaxInPlace: (a: Tensor): Tensor => like(ggml.ggml_soft_max_inplace(context, a.at), a),
    softmaxBack: (gradient: Tensor, output: Tensor, scale: number): Tensor =>
      like(ggml.ggml_soft_max_ext_back(context, gradient.at, output.at, scale, 0), output),
    /** `a` [head, heads, T, B] */
    rope: (a: Tensor, r: Rope): Tensor =>
      like(ggml.ggml_rope_ext(context, a.at, r.positions.at, r.factors?.at ?? null, ...ropeArguments(r)), a),
    ropeBack: (a: Tensor, r: Rope): Tensor =>
      like(ggml.ggml_rope_ext_back(context, a.at, r.positions.at, r.factors?.at ?? null, ...ropeArguments(r)), a),
    reshape(
      a: Tensor,
      ...shape: [number, number] | [number, number, number] | [number, number, number, number]
    ): Tensor {
      const [n0, n1, n2 = 1, n3 = 1] = shape;
      return of(ggml.ggml_reshape_4d(context, a.at, n0, n1, n2, n3), n0, n1, n2, n3);
    },
    /** Columns `first` to `first + count` of a contiguous float32 or int32 matrix. */
    columns: (a: Tensor, first: number, count: number): Tensor =>
      of(
        ggml.ggml_view_2d(context, a.at, a.shape[0], count, 4 * a.shape[0], 4 * a.shape[0] * first),
        a.shape[0],
        count,
      ),
    /** Rows `first` to `first + count` of a float32 matrix [rows, n]: a view that is not contiguous. */
    features: (a: Tensor, first: number, count: number): Tensor =>
      of(ggml.ggml_view_2d(context, a.at, count, a.shape[1], 4 * a.shape[0], 4 * first), count, a.shape[1]),
    /** The first `count` columns' worth of a table of 16-bit numbers: rows cut short, a view. */
    shortRows16: (a: Tensor, count: number): Tensor =>
      of(ggml.ggml_view_2d(context, a.at, count, a.shape[1], 2 * a.shape[0], 0), count, a.shape[1]),
    /** Matrices `first` to `first + count` of a contiguous float32 or bf16 stack [a, b, c, d], counted over c · d: [a, b, count]. */
    matrices(a: Tensor, first: number, count: number): Tensor {
      const [n0, n1] = a.shape;
      const row = n0 * (a.type === ggmlType.BF16 ? 2 : 4);
      const view = ggml.ggml_view_3d(context, a.at, n0, n1, count, row, row * n1, row * n1 * first);
      return { ...a, ...of(view, n0, n1, count) };
    },
    /** Elements `first` to `first + count` of a float32 vector; a view. */
    slice: (a: Tensor, first: number, count: number): Tensor =>
      of(ggml.ggml_view_1d(context, a.at, count, 4 * first), count),
    /** Swaps dimensions 1 and 2; a view. */
    swapMiddle: (a: Tensor): Tensor =>
      of(ggml.ggml_permute(context, a.at, 0, 2, 1, 3), a.shape[0], a.shape[2], a.shape[1], a.shape[3]),
    /** [head, heads, T, B] -> [T, head, heads, B]; a view. */
    tokensFirst: (a: Tensor): Tensor =>
      of(ggml.ggml_permute(context, a.at, 1, 2, 0, 3), a.shape[2], a.shape[0], a.shape[1], a.shape[3]),
    /** Swaps dimensions 0 and 1; a view. */
    transpose: (a: Tensor): Tensor => ({
      ...a,
      ...of(ggml.ggml_transpose(context, a.at), a.shape[1], a.shape[0], a.shape[2], a.shape[3]),
    }),
    /**
     * Transpose of a contiguous float32 matrix [n, m] as `type`, in memory, written in `tiles` bands of m
     * (a divisor of it). Written in one go, a long row is gathered from more cache lines than a cache holds.
     * `over`: a contiguous matrix of the same size and type that is written over.
     */
    transposeInTiles(
      a: Tensor,
      type: typeof ggmlType.F32 | typeof ggmlType.BF16,
      tiles: number,
      over?: Tensor,
    ): Tensor {
      const [n, m] = a.shape;
      const tile = m / tiles;
      const size = type === ggmlType.F32 ? 4 : 2;
      const result = over?.at ?? ggml.ggml_new_tensor(context, type, 2, [m, n]);
      const bands = ggml.ggml_view_3d(context, a.at, n, tile, tiles, 4 * n, 4 * n * tile, 0);
      const turned = ggml.ggml_permute(context, bands, 1, 0, 2, 3);
      const places = ggml.ggml_view_3d(context, result, tile, n, tiles, size * m, size * tile, 0);
      const copied = ggml.ggml_cpy(context, turned, places);
      return { ...of(ggml.ggml_view_2d(context, copied, m, n, size * m, 0), m, n), type };
    },
    contiguous: (a: Tensor): Tensor => ({ ...a, at: ggml.ggml_cont(context, a.at) }),
    cast: (a: Tensor, type: ElementType): Tensor => ({ ...like(ggml.ggml_cast(context, a.at, type), a), type }),
    /** Copies (and converts) into `target`'s memory. */
    copy: (a: Tensor, target: Tensor): Tensor => like(ggml.ggml_cpy(context, a.at, target.at), target),
    concat,
    concatAll,
    /** One AdamW step on `values` in place; `parameters` float32[7] as ggml wants them. */
    adamw: (values: Tensor, gradient: Tensor, first: Tensor, second: Tensor, parameters: Tensor): Tensor =>
      like(ggml.ggml_opt_step_adamw(context, values.at, gradient.at, first.at, second.at, parameters.at), values),
  };
}

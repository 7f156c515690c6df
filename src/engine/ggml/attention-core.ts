/**
 * softmax(K Qᵀ / √head + mask) V, forwards and backwards, written out as matrix products. The G query heads of a
 * key-value head lie in a row, [head, T·G, KV, B], so that one product serves a whole group and sums over
 * it. Where the scores of all heads would take too much memory, they are computed for some key-value heads
 * of one block at a time, and again in the backward pass instead of kept.
 */
import type { ModelConfig } from "../../model/config.js";
import type { BlockContext } from "./block-stack.js";
import type { Inputs } from "./inputs.js";
import type { Tensor } from "./tensor.js";

export interface AttentionCore {
  /** `query` [head, H, T, B], `key`, `value` [head, KV, T, B], the first two turned -> [head, H, T, B] */
  forward(query: Tensor, key: Tensor, value: Tensor): Tensor;
  /** From the output's gradient, [head, H, T, B], those of the inputs; of `value` contiguous. */
  backward(dMixed: Tensor): { query: Tensor; key: Tensor; value: Tensor };
}

/** Scores of a piece take at most so many numbers: 512 MB. */
const defaultMaximumScores = 1 << 27;

interface Piece {
  /** First matrix of the stack [.., .., KV, B] and how many. */
  first: number;
  count: number;
  mask: Tensor;
}

/** Whether all scores are computed at once, else for how many key-value heads of a block. */
function cutOfScores(
  { num_attention_heads: heads, num_key_value_heads: groups }: ModelConfig,
  { blocks, length }: Pick<Inputs, "blocks" | "length">,
  maximumScores: number,
): { whole: boolean; most: number } {
  const scoresOfGroup = length * length * (heads / groups);
  const whole = scoresOfGroup * groups * blocks <= maximumScores;
  return { whole, most: Math.max(1, Math.floor(maximumScores / scoresOfGroup)) };
}

/** In how many pieces the attention of a block of the model is computed. */
export function countAttentionPieces(
  config: ModelConfig,
  inputs: Pick<Inputs, "blocks" | "length">,
  maximumScores = defaultMaximumScores,
): number {
  const { whole, most } = cutOfScores(config, inputs, maximumScores);
  return whole ? 1 : inputs.blocks * Math.ceil(config.num_key_value_heads / most);
}

export function createAttentionCore(context: BlockContext, mask: Tensor): AttentionCore {
  const { ops, want, config, inputs, maximumScores = defaultMaximumScores } = context;
  const { factor } = context.linears;
  const { head_dim: head, num_attention_heads: heads, num_key_value_heads: groups } = config;
  const { blocks, length } = inputs;
  const shared = heads / groups;
  const scale = 1 / Math.sqrt(head);
  const { whole, most } = cutOfScores(config, inputs, maximumScores);
  const flipped = (x: Tensor): Tensor => factor(ops.transpose(x));
  /** [head, h, T, B] -> [head, T, h, B], a view, and back. */
  const byHead = (x: Tensor): Tensor => ops.swapMiddle(x);
  /** [head, H, T, B] -> [head, T·G, KV, B] */
  const grouped = (x: Tensor): Tensor => ops.reshape(ops.contiguous(byHead(x)), head, length * shared, groups, blocks);
  /** [head, T·G, KV, B] -> [head, H, T, B], a view. */
  const ungrouped = (x: Tensor): Tensor => byHead(ops.reshape(x, head, length, heads, blocks));
  const part = (x: Tensor, { first, count }: Piece): Tensor => (whole ? x : ops.matrices(x, first, count));

  const pieces = (): Piece[] => {
    if (whole) return [{ first: 0, count: groups * blocks, mask }];
    const list: Piece[] = [];
    for (let block = 0; block < blocks; block++) {
      const own = blocks === 1 ? mask : ops.matrices(mask, block, 1);
      for (let group = 0; group < groups; group += most) {
        list.push({ first: block * groups + group, count: Math.min(most, groups - group), mask: own });
      }
    }
    return list;
  };
  /** Results of the pieces, [a, b, count] each, as [a, b, KV, B]. */
  const joined = (parts: Tensor[]): Tensor => {
    if (whole) return parts[0]!;
    const one = ops.concatAll(parts, 2);
    return ops.reshape(one, one.shape[0], one.shape[1], groups, blocks);
  };
  /** The softmax takes one head's scores as [T keys, T queries], the products a group's as [T, T·G]. */
  const attentionOf = (query: Tensor, key: Tensor, piece: Piece): Tensor => {
    const [batch, of] = whole ? [blocks, heads] : [1, piece.count * shared];
    const scores = ops.matmul(part(key, piece), part(query, piece));
    const turned = ops.softmax(ops.reshape(scores, length, length, of, batch), piece.mask, scale);
    return ops.reshape(turned, length, length * shared, of / shared, batch);
  };

  let query: Tensor;
  let key: Tensor;
  let value: Tensor;
  let kept: Tensor | null = null;
  return {
    forward(q, k, v) {
      query = grouped(q);
      key = factor(byHead(k), whole);
      value = v;
      const valuesByToken = factor(ops.tokensFirst(v));
      const mixed = pieces().map((piece) => {
        const attention = attentionOf(query, key, piece);
        if (whole) kept = attention;
        const heard = ops.matmul(part(valuesByToken, piece), attention);
        if (!whole) want(heard);
        return heard;
      });
      return ops.contiguous(ungrouped(joined(mixed)));
    },
    backward(dMixed) {
      const dGrouped = grouped(dMixed);
      const values = factor(byHead(value), whole);
      const parts = pieces().map((piece) => {
        const attention = kept ?? attentionOf(query, key, piece);
        const dHeard = part(dGrouped, piece);
        const dAttention = ops.matmul(part(values, piece), dHeard);
        const [t, , of, batch] = attention.shape;
        const asHeads = (x: Tensor): Tensor => ops.reshape(x, t, t, of * shared, batch);
        const dScores = ops.reshape(
          ops.softmaxBack(asHeads(dAttention), asHeads(attention), scale),
          ...attention.shape,
        );
        const dQuery = ops.matmul(flipped(part(key, piece)), dScores);
        const dKey = ops.matmul(flipped(part(query, piece)), flipped(dScores));
        const dValue = ops.matmul(flipped(dHeard), flipped(attention));
        if (!whole) for (const d of [dQuery, dKey, dValue]) want(d);
        return [dQuery, dKey, dValue] as const;
      });
      const [dQuery, dKey, dValue] = [0, 1, 2].map((i) => joined(parts.map((piece) => piece[i]!)));
      return {
        query: ungrouped(dQuery!),
        key: byHead(dKey!),
        value: ops.contiguous(byHead(dValue!)),
      };
    },
  };
}

/** Where the gradients of a pass go: into the parameters' gradient array, written or added. */
import type { Parameters } from "./parameters.js";
import type { Ops, Tensor } from "./tensor.js";

/** Hands over the gradient of the parameter `name`; the function is only called for trained ones. */
export type GradientSink = (name: string, gradient: () => Tensor) => void;

/** With `adds` everything is added to what is there; else the first gradient of a parameter is written and what follows added. */
export function createGradientSink(
  ops: Ops,
  want: (tensor: Tensor) => void,
  parameters: Parameters | null,
  adds: boolean,
): GradientSink {
  if (parameters === null) return () => {};
  const written = new Set<string>();
  return (name, gradient) => {
    if (!parameters.has(name)) return;
    const first = !adds && !written.has(name);
    written.add(name);
    want(
      first ? parameters.intoGradient(gradient(), name) : ops.addInPlace(parameters.gradient(ops, name), gradient()),
    );
  };
}

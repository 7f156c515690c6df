/**
 * tfjs-core with its CPU backend and autodiff, the independent reference of the gradient tests. The
 * gradients are in files that Node takes for CommonJS although they are ES modules without endings in
 * their imports, so a loader hook says what they are. Both copies of the core share one registry.
 */
import { register } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";

const hooks = `
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
const inside = (url) => url !== undefined && url.includes("/@tensorflow/tfjs-core/dist/");
export async function resolve(specifier, context, next) {
  if (inside(context.parentURL) && specifier.startsWith(".") && !specifier.endsWith(".js")) {
    const file = new URL(specifier + ".js", context.parentURL);
    const url = existsSync(fileURLToPath(file)) ? file : new URL(specifier + "/index.js", context.parentURL);
    return { url: url.href, format: "module", shortCircuit: true };
  }
  return next(specifier, context);
}
export async function load(url, context, next) {
  if (!inside(url) || url.endsWith(".node.js")) return next(url, context);
  return { format: "module", source: readFileSync(fileURLToPath(url)), shortCircuit: true };
}`;

export async function loadTensorflow(): Promise<typeof tf> {
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
  // A name that TypeScript does not look up: the file has no types.
  const gradients = "@tensorflow/tfjs-core/dist/register_all_gradients.js";
  await import(gradients);
  await tf.setBackend("cpu");
  return tf;
}

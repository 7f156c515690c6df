/**
 * The interpreter of chat templates with a bound on its work: a template comes with a model, and a few words of it
 * (`{% for … %}` within one another, `x ~ x` in a loop) would go on for years or fill the memory. Steps are counted, not
 * seconds, so that a template that is taken once is taken always.
 */
import { Interpreter } from "@huggingface/jinja";

interface Evaluating {
  run(program: unknown): { value: unknown };
  evaluate(statement: unknown, environment: unknown): { value: unknown };
}

/** The package's declarations do not resolve under Node's rules; this is the part of them that is used. */
const Unbounded = Interpreter as unknown as new (environment: unknown) => Evaluating;

/** A step counts 8, an entry of a list 1, 64 characters 1: seconds at the worst. */
const mostWork = 1 << 22;
/** Characters of a text, entries of a list. */
const largestValue = 1 << 24;

export class BoundedInterpreter extends Unbounded {
  private work = 0;

  override evaluate(statement: unknown, environment: unknown): { value: unknown } {
    const result = super.evaluate(statement, environment);
    const { value } = result;
    const size =
      typeof value === "string" || Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0;
    if (size > largestValue) throw new RangeError(`a value of more than ${largestValue} characters or entries`);
    this.work += 8 + (typeof value === "string" ? size / 64 : size);
    if (this.work > mostWork) throw new RangeError("it takes too much work, and may never end");
    return result;
  }
}

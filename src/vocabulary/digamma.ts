/** The derivative of ln Γ, by its recurrence up to 7 and its asymptotic series there (Abramowitz and Stegun 6.3.18). */
export function digamma(argument: number): number {
  let result = 0;
  let x = argument;
  for (; x < 7; x++) result -= 1 / x;
  const square = 1 / (x * x);
  const series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))));
  return result + Math.log(x) - 0.5 / x - series;
}

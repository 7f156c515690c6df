/** Stage 3: what the base has learned, brought into the instruct model. */
import { LepError, propagate } from "lep";

const [base, instruct, adapted, out] = process.argv.slice(2) as [string, string, string, string];

try {
  const { residual, rows } = await propagate({ base, instruct, adapted, method: "conversion", out });
  console.log(
    `${rows} rows; the map misses ${((residual.embedding ?? 0) * 100).toFixed(1)} % of the instruct embedding`,
  );
} catch (error) {
  if (!(error instanceof LepError)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ""}`);
  process.exitCode = error.exitCode;
}

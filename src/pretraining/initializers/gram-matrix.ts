import { inColumns, inRows, type MatrixPool, sharedNumbers } from "../../matrix/matrix-pool.js";
import { eachRow, type OriginalRows } from "./original-rows.js";

const batchBytes = 32 << 20;

/**
 * The sum of rowᵀ row over some rows, each less `centre` [width]: float64[width, width], its lower half at least, summed in float64.
 * `belongs` left out: all rows; `centre` left out: the origin.
 */
export async function gramMatrix(
  rows: OriginalRows,
  pool: MatrixPool,
  belongs: (id: number) => boolean = () => true,
  centre = new Float64Array(rows.width),
): Promise<Float64Array> {
  const { width } = rows;
  const most = Math.max(1, Math.min(rows.count, Math.floor(batchBytes / (8 * width))));
  const batch = sharedNumbers(most * width);
  const gram = sharedNumbers(width * width);
  let filled = 0;
  const add = async (): Promise<void> => {
    const shape = { rows: width, columns: width, inner: filled, lower: true };
    await pool.addProduct(inRows(gram, width), inColumns(batch, width), inRows(batch, width), shape);
    filled = 0;
  };
  for (const row of eachRow(rows, belongs)) {
    const at = filled * width;
    for (let i = 0; i < width; i++) batch[at + i] = row[i]! - centre[i]!;
    if (++filled === most) await add();
  }
  await add();
  return gram;
}

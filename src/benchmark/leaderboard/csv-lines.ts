/** Lines of a CSV file, as spreadsheets read it. */
export type CsvCell = string | number | null | undefined;

export const csvLine = (cells: readonly CsvCell[]): string => `${cells.map(csvCell).join(",")}\n`;

function csvCell(value: CsvCell): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  // A spreadsheet would take such a text for a formula and compute it.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** Sorts tables of the class `sortable` by the column whose heading is pressed, as `report/sortable-table.ts` writes them. */

for (const table of document.querySelectorAll<HTMLTableElement>("table.sortable")) {
  const headings = [...table.tHead!.rows[0]!.cells];
  for (const [column, heading] of headings.entries()) {
    heading.querySelector("button")!.addEventListener("click", () => sortBy(table, headings, column));
  }
}

function sortBy(table: HTMLTableElement, headings: HTMLTableCellElement[], column: number): void {
  const body = table.tBodies[0]!;
  const rows = [...body.rows].map((row) => ({ row, value: row.cells[column]!.dataset.value }));
  const isText = rows.some(({ value }) => value !== undefined && Number.isNaN(Number(value)));
  const now = headings[column]!.ariaSort;
  // Names begin with A, numbers with the highest; a second press turns it round.
  const ascending = now === "none" || now === null ? isText : now === "descending";
  const sign = ascending ? 1 : -1;
  rows.sort((a, b) => {
    if (a.value === undefined || b.value === undefined)
      return Number(a.value === undefined) - Number(b.value === undefined);
    return sign * (isText ? a.value.localeCompare(b.value) : Number(a.value) - Number(b.value));
  });
  body.append(...rows.map(({ row }) => row));
  for (const [i, heading] of headings.entries()) {
    heading.ariaSort = i !== column ? "none" : ascending ? "ascending" : "descending";
  }
}

export {};

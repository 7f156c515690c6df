/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Shows the rows of all sortable tables of a `form.filter`'s parent whose names hold what is typed; a checkbox with the
 * name of a row's class shows or hides these rows.
 */

for (const form of document.querySelectorAll<HTMLFormElement>("form.filter")) {
  form.hidden = false;
  const rows = [...form.parentElement!.querySelectorAll<HTMLTableRowElement>("table.sortable tbody tr")];
  const first = form.parentElement!.querySelector("table.sortable tbody");
  const text = form.querySelector<HTMLInputElement>("input[type=search]")!;
  const boxes = [...form.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
  const count = form.querySelector("output")!;
  const apply = (): void => {
    const words = text.value.toLowerCase().split(/\s+/);
    const hiddenKinds = boxes.filter(({ checked }) => !checked).map(({ name }) => name);
    let shown = 0;
    let all = 0;
    for (const row of rows) {
      const name = row.cells[0]!.textContent.toLowerCase();
      row.hidden =
        !words.every((word) => name.includes(word)) || hiddenKinds.some((kind) => row.classList.contains(kind));
      if (row.parentElement !== first) continue;
      all++;
      if (!row.hidden) shown++;
    }
    count.textContent = `${shown} of ${all} rows`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}

export {};

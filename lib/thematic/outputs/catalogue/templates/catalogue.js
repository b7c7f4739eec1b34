"use strict";
{
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const clear = document.getElementById("clear");
  const table = document.getElementById("reports");
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const fields = [...form.querySelectorAll("[name]")];
  const ways = [...document.querySelectorAll("a[data-period]")];
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const reports = rows.flatMap((row) => [...row.cells].filter((cell) => cell.dataset.state).map((cell) => {
    const head = heads[cell.cellIndex];
    const said = folded([head, row.cells[0], cell].map((each) => each.textContent).join(" "));
    return { cell, row, said, fits: true, ...head.dataset, ...row.dataset, ...cell.dataset };
  }));

  const asked = () => fields.map((field) => [field.name, field.value.trim()]).filter(([, value]) => value);

  const fits = (report, [name, value]) =>
    name === "q" ? folded(value).split(/\s+/).every((word) => report.said.includes(word)) : report[name] === value;

  const show = () => {
    const filters = asked();
    for (const report of reports) {
      report.fits = filters.every((filter) => fits(report, filter));
      report.cell.classList.toggle("out", !report.fits);
    }
    const left = reports.filter((report) => report.fits);
    for (const row of rows) row.hidden = filters.length > 0 && !left.some((report) => report.row === row);
    heads.forEach((head, place) => {
      const empty = place > 0 && filters.length > 0 && !left.some((report) => report.cell.cellIndex === place);
      for (const line of [head.parentElement, ...rows]) line.cells[place].hidden = empty;
    });
    table.hidden = left.length === 0;
    clear.disabled = filters.length === 0;
    const noun = reports.length === 1 ? "report" : "reports";
    count.textContent = filters.length ? `${left.length} of ${reports.length} ${noun} shown` : `${reports.length} ${noun}`;
    for (const way of ways) way.hash = new URLSearchParams(filters).toString();
  };

  const read = () => {
    const given = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : location.search);
    for (const field of fields) {
      const value = given.get(field.name) ?? "";
      field.value = field.options && ![...field.options].some((option) => option.value === value) ? "" : value;
    }
    show();
  };

  const write = () => {
    // A filter that the query began with is held off by one in the hash, even an empty one.
    const address = new URLSearchParams(asked()).toString() || (location.search ? "q=" : "");
    history.replaceState(null, "", location.pathname + location.search + (address && `#${address}`));
    show();
  };

  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  clear.addEventListener("click", () => {
    for (const field of fields) field.value = "";
    write();
    fields[0].focus();
  });
  addEventListener("hashchange", () => {
    if (!location.hash || location.hash.includes("=")) read();
  });
  form.hidden = false;
  read();
}

// Tables: header cells recognised, sizes kept within reason, nested ones made text.

const MAX_SPAN = 100;

function span(cell, name) {
  const value = Number.parseInt(cell.getAttribute(name) ?? "", 10);
  return value > 1 ? Math.min(value, MAX_SPAN) : null;
}

/** Is all text of the element bold? */
function allBold(element) {
  const walker = element.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let some = false;
  while (walker.nextNode()) {
    if (!walker.currentNode.data.trim()) continue;
    if (!walker.currentNode.parentElement.closest("strong")) return false;
    some = true;
  }
  return some;
}

const empty = (cell) => !cell.textContent.trim() && !cell.querySelector("img, [data-pending]");
const heads = (cells) => cells.some((cell) => !empty(cell)) && cells.every((cell) => cell.localName === "th" || empty(cell) || allBold(cell));

function rename(cell, scope) {
  const head = cell.ownerDocument.createElement("th");
  for (const { name, value } of cell.attributes) head.setAttribute(name, value);
  head.setAttribute("scope", scope);
  for (const strong of [...cell.querySelectorAll("strong")]) strong.replaceWith(...strong.childNodes);
  head.append(...cell.childNodes);
  cell.replaceWith(head);
}

/** How many rows at the top are headers: those that say so, or a first one in bold. */
function headerRows(rows) {
  if (rows.length < 2 || rows[0].cells.length < 2) return 0;
  const all = rows.map((row) => heads([...row.cells]));
  if (all.every(Boolean)) return rows.every((row) => [...row.cells].every((cell) => cell.localName === "th")) ? 1 : 0;
  const said = rows.findIndex((row) => ![...row.cells].every((cell) => cell.localName === "th"));
  return said > 0 ? said : Number(all[0]);
}

/** Decide which cells of a written table are headers. */
function recognise(table) {
  const rows = [...table.querySelectorAll("tr")];
  const top = headerRows(rows);
  const rest = rows.slice(top);
  const side =
    rest.length > 0 &&
    rest.every((row) => row.cells.length > 1 && heads([row.cells[0]]) && !heads([...row.cells].slice(1)));
  for (const row of rows.slice(0, top)) for (const cell of [...row.cells]) rename(cell, "col");
  if (side) for (const row of rest) rename(row.cells[0], "row");
  for (const cell of table.querySelectorAll("th:not([scope])")) cell.setAttribute("scope", "row");
  if (!top) return;
  const head = table.ownerDocument.createElement("thead");
  head.append(...rows.slice(0, top));
  table.querySelector("tbody").before(head);
}

/** A table inside a cell: a paragraph of text for each of its rows. */
function flat(source, context) {
  context.report.nested += 1;
  for (const row of source.rows) {
    context.writer.end();
    context.writer.text([...row.cells].map((cell) => cell.textContent.trim()).filter(Boolean).join(" | "), {});
    context.writer.end();
  }
  for (const image of source.querySelectorAll("img")) context.image(image, {});
}

/** Word ends a table of uneven columns with a row that only holds the widths. */
const isProp = (row) => row.getAttribute("height") === "0" && [...row.cells].every(empty);

/** Write a table; `context` gives the writer, the report, and `children(element, marks)`. */
export function table(source, context) {
  const { writer } = context;
  if (context.inTable) return flat(source, context);
  const rows = [...source.rows].filter((row) => row.cells.length && row.closest("table") === source && !isProp(row));
  if (!rows.length) return undefined;
  if (rows.length === 1 && rows[0].cells.length === 1) return context.children(rows[0].cells[0], {});
  const written = writer.open("table");
  if (source.caption?.textContent.trim()) {
    writer.kind = "caption";
    context.children(source.caption, {});
    writer.end();
    writer.kind = "p";
  }
  const body = writer.open("tbody");
  context.inTable = true;
  for (const row of rows) {
    writer.open("tr");
    for (const cell of row.cells) {
      writer.open(cell.localName, { colspan: span(cell, "colspan"), rowspan: span(cell, "rowspan") });
      context.children(cell, {});
      writer.close();
    }
    writer.close();
  }
  context.inTable = false;
  writer.at = body.parentNode;
  writer.close();
  recognise(written);
  return written;
}

// Between the stored HTML and the editor's document.
import { DOMParser as ModelParser, DOMSerializer } from "@tiptap/pm/model";
import { parse } from "./paste/parse.js";
import { tighten } from "./paste/index.js";

/** The editor's document for stored HTML. */
export function fromHtml(schema, html) {
  const { body } = parse(html);
  return ModelParser.fromSchema(schema).parse(body);
}

const written = new WeakMap(); // a block of the document, which never changes → its HTML
const isEmpty = (node) => node.type.name === "paragraph" && !node.content.size;

/** The canonical HTML of a document: tight items and cells, tables with head and foot, nothing unfinished. */
export function toHtml(doc) {
  let last = doc.childCount;
  while (last && isEmpty(doc.child(last - 1))) last -= 1;
  let html = "";
  for (let at = 0; at < last; at += 1) {
    const block = doc.child(at);
    if (!written.has(block)) written.set(block, blockHtml(block));
    html += written.get(block);
  }
  return html;
}

function blockHtml(block) {
  const inert = document.implementation.createHTMLDocument("");
  const root = inert.createElement("div");
  root.append(DOMSerializer.fromSchema(block.type.schema).serializeNode(block, { document: inert }));
  for (const unfinished of root.querySelectorAll("[data-pending]")) unfinished.remove();
  for (const caption of root.querySelectorAll("caption")) caption.removeAttribute("contenteditable");
  const models = block.type.name === "table" ? [block] : [];
  block.descendants((node) => {
    if (node.type.name === "table") models.push(node);
  });
  root.querySelectorAll("table").forEach((table, at) => grouped(table, models[at]));
  tighten(root);
  return root.innerHTML;
}

/** Put rows into thead, tbody and tfoot, and give each header cell the scope it lacks. */
function grouped(table, model) {
  const rows = [...table.querySelector("tbody").children];
  const kinds = rows.map((row, at) => model.child(at).attrs.group);
  const onlyHeaders = (row) => row.children.length > 0 && [...row.children].every((cell) => cell.localName === "th");
  let head = 0;
  while (head < rows.length && (kinds[head] === "head" || (onlyHeaders(rows[head]) && (head === 0 || rows.length > head + 1)))) head += 1;
  let foot = rows.length;
  while (foot > head && kinds[foot - 1] === "foot") foot -= 1;
  rows.forEach((row, at) => {
    for (const cell of row.querySelectorAll(":scope > th:not([scope])")) cell.setAttribute("scope", at < head ? "col" : "row");
  });
  const body = table.querySelector("tbody");
  const part = (tag, of, where) => {
    if (!of.length) return;
    const element = table.ownerDocument.createElement(tag);
    element.append(...of);
    body[where](element);
  };
  part("thead", rows.slice(0, head), "before");
  part("tfoot", rows.slice(foot), "after");
  if (!body.children.length) body.remove();
}

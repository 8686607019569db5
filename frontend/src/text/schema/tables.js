// Tables: rows in a group (head, body, foot), header cells with their scope, a caption.
import { Node, callOrReturn, getExtensionField } from "@tiptap/core";
import { tableEditing } from "@tiptap/pm/tables";

const IN_CAPTION = new Set(["abbr", "code", "em", "s", "span", "strong", "sub", "sup", "u"]);

/** A caption's inline markup with nothing in it but the subset. */
export function captionMarkup(element) {
  const holder = document.implementation.createHTMLDocument("").createElement("caption");
  const copy = (from, to) => {
    for (const node of from.childNodes) {
      if (node.nodeType === 3) to.append(node.data.replace(/[ \t\r\n]+/g, " "));
      else if (IN_CAPTION.has(node.localName)) {
        const made = holder.ownerDocument.createElement(node.localName);
        for (const name of ["lang", "title"]) if (node.hasAttribute(name)) made.setAttribute(name, node.getAttribute(name));
        to.append(made);
        copy(node, made);
      } else if (node.nodeType === 1) copy(node, to);
    }
  };
  copy(element, holder);
  return holder.innerHTML.trim();
}

function captionElement(markup) {
  const parsed = new DOMParser().parseFromString("", "text/html");
  const rough = parsed.createElement("caption");
  rough.innerHTML = markup;
  const caption = document.createElement("caption");
  caption.contentEditable = "false";
  rough.innerHTML = captionMarkup(rough);
  caption.append(...[...rough.childNodes].map((node) => document.importNode(node, true)));
  return caption;
}

const Table = Node.create({
  name: "table",
  group: "block",
  content: "row+",
  tableRole: "table",
  isolating: true,
  extendNodeSchema(extension) {
    const context = { name: extension.name, options: extension.options, storage: extension.storage };
    return { tableRole: callOrReturn(getExtensionField(extension, "tableRole", context)) };
  },
  addAttributes: () => ({
    caption: {
      default: "",
      rendered: false,
      parseHTML: (element) => (element.caption ? captionMarkup(element.caption) : ""),
    },
  }),
  parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }, { tag: "colgroup", ignore: true }],
  renderHTML: ({ node }) => {
    const table = document.createElement("table");
    if (node.attrs.caption) table.append(captionElement(node.attrs.caption));
    const body = document.createElement("tbody");
    table.append(body);
    return { dom: table, contentDOM: body };
  },
  addProseMirrorPlugins: () => [tableEditing()],
});

const Row = Node.create({
  name: "row",
  content: "(cell | header)*",
  tableRole: "row",
  addAttributes: () => ({
    group: {
      default: null,
      rendered: false,
      parseHTML: (element) => ({ thead: "head", tfoot: "foot" })[element.parentNode?.localName] ?? null,
    },
  }),
  parseHTML: () => [{ tag: "tr" }],
  renderHTML: () => ["tr", 0],
});

const span = (name) => ({
  default: 1,
  parseHTML: (element) => Math.min(Math.max(Number.parseInt(element.getAttribute(name) ?? "1", 10) || 1, 1), 1000),
  renderHTML: (attributes) => (attributes[name] > 1 ? { [name]: attributes[name] } : {}),
});

function cell(name, tag, tableRole, more = {}) {
  return Node.create({
    name,
    content: "block+",
    tableRole,
    isolating: true,
    addAttributes: () => ({ colspan: span("colspan"), rowspan: span("rowspan"), colwidth: { default: null, rendered: false }, ...more }),
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
  });
}

export const tables = [Table, Row, cell("cell", "td", "cell"), cell("header", "th", "header_cell", { scope: { default: null } })];

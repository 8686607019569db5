// Builds canonical HTML in order: blocks, and in them runs of text with marks.

const ORDER = ["a", "span", "abbr", "strong", "em", "u", "s", "sub", "sup", "code"];
const KEEPS_NBSP_BEFORE = /^[;:!?»%€°]/;

/** One growing piece of clean DOM. `at` is the element that takes the next block. */
export class Writer {
  constructor(document) {
    this.document = document;
    this.root = document.createElement("div");
    this.at = this.root;
    this.kind = "p";
    this.run = null;
  }

  /** Begin a block that holds blocks. */
  open(tag, attributes = {}) {
    this.end();
    const element = this.element(tag, attributes);
    this.at.append(element);
    this.at = element;
    return element;
  }

  /** End the block begun last. */
  close() {
    this.end();
    this.at = this.at.parentNode;
  }

  /** Add a block that is ready, as a rule or a table. */
  add(element) {
    this.end();
    this.at.append(element);
  }

  /** Text with its marks ({tag: true | attributes}); white space counts as in a browser. */
  text(string, marks) {
    let text = spaced(string);
    if (!this.run && /^[ ]*$/.test(text)) return;
    const tail = this.run?.tail ?? " ";
    if (tail.endsWith(" ")) text = text.replace(/^[ ]+/, "");
    if (!text) return;
    this.place(marks).append(text);
    this.run.tail = text;
  }

  /** Something in the line that is no text. */
  inline(element, marks, tail = "x") {
    this.place(marks).append(element);
    this.run.tail = tail;
  }

  /** Close the paragraph at hand. */
  end() {
    const run = this.run;
    this.run = null;
    if (!run) return;
    merge(run.element);
    trim(run.element);
    if (!run.element.childNodes.length) run.element.remove();
  }

  place(marks = {}) {
    if (!this.run) {
      const element = this.document.createElement(this.kind);
      this.at.append(element);
      this.run = { element, tail: " " };
    }
    let place = this.run.element;
    for (const tag of ORDER) {
      if (!marks[tag]) continue;
      const mark = this.element(tag, marks[tag] === true ? {} : marks[tag]);
      place.append(mark);
      place = mark;
    }
    return place;
  }

  element(tag, attributes) {
    const element = this.document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined) element.setAttribute(name, value);
    }
    return element;
  }
}

/** Runs of spaces become one; a lone no-break space stays where French or a number wants it. */
export function spaced(string) {
  return string
    .replace(/[ \t\r\n\f\v\u00a0]{2,}/g, (run, at, all) =>
      /^[\s\u00a0]*\u00a0$/.test(run) && KEEPS_NBSP_BEFORE.test(all.slice(at + run.length)) ? "\u00a0" : " ",
    )
    .replace(/[\t\r\n\f\v]/g, " ")
    .replace(/\u00a0/g, (nbsp, at, all) => {
      const before = all[at - 1] ?? "";
      const after = all.slice(at + 1);
      return KEEPS_NBSP_BEFORE.test(after) || before === "«" || (/\d/.test(before) && /^\S/.test(after)) || (/\S/.test(before) && /^\d/.test(after))
        ? nbsp
        : " ";
    })
    .replace(/[\u200b\ufeff]/g, "");
}

function same(one, other) {
  if (one?.nodeType !== 1 || other?.nodeType !== 1 || one.tagName !== other.tagName) return false;
  if (!ORDER.includes(one.localName) || one.attributes.length !== other.attributes.length) return false;
  if (one.hasAttribute("data-math") || one.hasAttribute("data-pending")) return false;
  return [...one.attributes].every(({ name, value }) => other.getAttribute(name) === value);
}

/** Put neighbours with the same mark together. */
export function merge(element) {
  for (let child = element.firstChild; child; child = child.nextSibling) {
    while (same(child, child.nextSibling)) {
      child.append(...child.nextSibling.childNodes);
      child.nextSibling.remove();
    }
    if (child.nodeType === 1) merge(child);
  }
  element.normalize();
}

const EDGES = { firstChild: /^[ \u00a0]+/, lastChild: /[ \u00a0]+$/ };

/** Take white space and line breaks off both ends. */
function trim(element) {
  for (const edge of Object.keys(EDGES)) trimEdge(element, edge);
}

function trimEdge(element, edge) {
  for (let node = element[edge]; node; node = element[edge]) {
    if (node.nodeType === 3) {
      node.data = node.data.replace(EDGES[edge], "");
      if (node.data) return;
    } else if (ORDER.includes(node.localName) && !node.hasAttribute("data-math") && !node.hasAttribute("data-pending")) {
      trimEdge(node, edge);
      if (node.childNodes.length) return;
    } else if (node.localName !== "br") return;
    node.remove();
  }
}

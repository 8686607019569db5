// Microsoft Word's clipboard: paragraphs that only call themselves lists, conditional comments, formulas.
import { numbering } from "./numbering.js";
import { parse, rules } from "./parse.js";
import { declarations } from "./styles.js";

const FORMAT = /@list\s+l(\d+):level(\d+)\s*[^{]*\{([^}]*)\}/gi;

/** {"l0 level1": number format} as the document's style block says it. */
function formats(document) {
  const found = {};
  for (const [, list, level, body] of rules(document).matchAll(FORMAT)) {
    found[`l${list} level${level}`] = body.match(/mso-level-number-format:\s*([\w-]+)/i)?.[1].toLowerCase() ?? "decimal";
  }
  return found;
}

/** Nodes between a conditional comment and its end, both included. */
function conditional(comment) {
  const nodes = [comment];
  for (let node = comment.nextSibling; node; node = node.nextSibling) {
    nodes.push(node);
    if (node.nodeType === 8 && /^\[endif\]/.test(node.data.trim())) break;
  }
  return nodes;
}

function comments(body) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
}

/** The text of an Office formula in one line. */
export function formulaText(element) {
  const name = element.localName;
  const part = (wanted) => {
    const child = [...element.children].find((one) => one.localName === wanted);
    return child ? formulaText(child) : "";
  };
  const grouped = (text) => (/^[\w.,]*$/u.test(text) ? text : `(${text})`);
  if (name === "m:f") return `${grouped(part("m:num"))}/${grouped(part("m:den"))}`;
  if (name === "m:ssup") return `${part("m:e")}^${grouped(part("m:sup"))}`;
  if (name === "m:ssub") return `${part("m:e")}_${grouped(part("m:sub"))}`;
  if (name === "m:rad") return `√${grouped(part("m:e"))}`;
  if (name === "m:d") return `(${part("m:e")})`;
  if (name.endsWith("pr") && name.startsWith("m:")) return "";
  return [...element.childNodes]
    .map((child) => (child.nodeType === 3 ? child.data : child.nodeType === 1 ? formulaText(child) : ""))
    .join("")
    .replace(/[\s\u00a0]+/g, " ");
}

function formulas(body, report) {
  for (const comment of comments(body)) {
    if (!comment.isConnected || !/^\[if gte msEquation/i.test(comment.data.trim())) continue;
    const markup = comment.data.replace(/^\s*\[if[^\]]*\]>/i, "").replace(/<!\[endif\]\s*$/i, "");
    const parsed = parse(markup).body;
    const picture = comment.nextSibling;
    if (picture?.nodeType === 8 && /^\[if !msEquation\]/i.test(picture.data.trim())) {
      for (const node of conditional(picture)) node.remove();
    }
    report.formulas += 1;
    comment.replaceWith(body.ownerDocument.createTextNode(formulaText(parsed).trim()));
  }
  for (const formula of [...body.getElementsByTagName("m:omath")]) {
    report.formulas += 1;
    formula.replaceWith(body.ownerDocument.createTextNode(formulaText(formula).trim()));
  }
}

function footnotes(body, report) {
  for (const anchor of [...body.querySelectorAll("a[data-style*='mso-footnote-id'], a[data-style*='mso-endnote-id']")]) {
    if (/^#_(ftn|edn)(?!ref)/.test(anchor.getAttribute("href") ?? "")) report.footnotes += 1;
    anchor.remove();
  }
  for (const rule of body.querySelectorAll("[data-style*='mso-element:footnote-list'] > hr, [data-style*='mso-element:endnote-list'] > hr")) {
    rule.remove();
  }
}

const SIGN = "[data-style*='mso-list:Ignore' i], [data-style*='mso-list: Ignore' i]";
const SYMBOLS = /font-family:\s*["']?(Symbol|Wingdings|Webdings)/i;

/** Takes the sign off an item: {sign, isSymbol}. A letter of a symbol font is a bullet. */
function takeSign(paragraph) {
  const taken = [];
  for (const comment of comments(paragraph)) {
    if (comment.isConnected && /^\[if !supportLists\]/i.test(comment.data.trim())) taken.push(...conditional(comment));
  }
  taken.push(...[...paragraph.querySelectorAll(SIGN)].filter((span) => !taken.some((node) => node.contains(span))));
  for (const node of taken) node.remove();
  const elements = taken.filter((node) => node.nodeType !== 8);
  return {
    sign: elements.map((node) => node.textContent).join("").trim(),
    isSymbol: elements.some((node) => SYMBOLS.test(node.outerHTML ?? "")),
  };
}

/** Where a paragraph stands in a list: {level, list, key}; null if in none. Word's list styles say it by their name. */
function place(paragraph) {
  const value = declarations(paragraph)["mso-list"] ?? "";
  const found = value.match(/l(\d+)\s+level(\d+)(?:\s+lfo(\d+))?/i);
  if (found) return { list: `l${found[1]} lfo${found[3] ?? ""}`, key: `l${found[1]} level${found[2]}`, level: Number(found[2]) };
  const styled = paragraph.className.match(/^MsoList(?:Bullet|Number)(\d?)\b/i);
  return styled && paragraph.querySelector(SIGN) ? { list: styled[0], key: "", level: Number(styled[1] || 1) } : null;
}

const continues = (element) =>
  element?.localName === "p" && /MsoListParagraph|MsoListContinue/i.test(element.className) && element.textContent.trim();

/** The open lists of one run of items; the innermost last. */
class Lists {
  constructor(before) {
    this.before = before; // a node that stands where the lists go
    this.open = [];
  }

  add(item, { level, list, ordered, number }) {
    const depth = Math.min(level, this.open.length + 1);
    this.open.length = Math.min(this.open.length, depth);
    let top = this.open[depth - 1];
    const runsOn = number === null || number === top?.next || (top?.list === list && number > top?.next);
    if (!top || top.ordered !== ordered || (ordered && !runsOn)) top = this.begin(depth, { list, ordered, number });
    top.element.append(item);
    top.item = item;
    top.next = (number ?? top.next) + 1;
  }

  begin(depth, { list, ordered, number }) {
    const element = this.before.ownerDocument.createElement(ordered ? "ol" : "ul");
    if (ordered && number !== null && number !== 1) element.setAttribute("start", number);
    if (depth > 1) this.open[depth - 2].item.append(element);
    else this.before.parentNode.insertBefore(element, this.before);
    this.open[depth - 1] = { element, list, ordered, next: number ?? 1 };
    return this.open[depth - 1];
  }

  /** The item that a paragraph without a sign goes on with. */
  get last() {
    return this.open.at(-1)?.item;
  }
}

/** Paragraphs from `first` on that belong to one run of lists. */
function gather(first, known, done) {
  const document = first.ownerDocument;
  const anchor = document.createComment("");
  first.before(anchor);
  const run = new Lists(anchor);
  for (let node = first, next; node; node = next) {
    next = node.nextElementSibling;
    const where = place(node);
    if (!where && continues(node)) {
      run.last.append(node);
      continue;
    }
    if (!where || /^h[1-6]$/.test(node.localName)) break;
    done.add(node);
    const { sign, isSymbol } = takeSign(node);
    const found = numbering(sign, isSymbol ? "bullet" : known[where.key]);
    const item = document.createElement("li");
    const text = document.createElement("p");
    text.append(...node.childNodes);
    item.append(text);
    run.add(item, { ...where, ...found });
    node.remove();
  }
  anchor.remove();
}

function lists(body, known) {
  const done = new Set();
  for (const paragraph of body.querySelectorAll("p, h1, h2, h3, h4, h5, h6, div")) {
    if (done.has(paragraph) || !place(paragraph)) continue;
    if (/^h[1-6]$/.test(paragraph.localName) || paragraph.closest("li")) numberedHeading(paragraph);
    else gather(paragraph, known, done);
  }
}

/** A heading keeps the number it shows; in a real list the sign is the list's own. */
function numberedHeading(element) {
  const { sign } = takeSign(element);
  if (sign && !element.closest("li") && numbering(sign).ordered) element.prepend(`${sign} `);
}

/** Bring a Word document into ordinary HTML, in place. */
export function fromWord(document, report) {
  const known = formats(document);
  const body = document.body;
  footnotes(body, report);
  formulas(body, report);
  lists(body, known);
}

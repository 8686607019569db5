// Pasted HTML → the canonical subset. Pure: markup in; a clean <div>, the pictures to upload and a report out.
// Nothing of the source is kept: every element of the result is made here.
import { parse } from "./parse.js";
import { declarations, isHidden, styledMarks } from "./styles.js";
import { table } from "./tables.js";
import { fromWord } from "./word.js";
import { Writer } from "./writer.js";

export { fromPlain } from "./plain.js";

const MARKS = {
  b: "strong", strong: "strong", i: "em", em: "em", cite: "em", dfn: "em", var: "em", u: "u", ins: "u", s: "s",
  strike: "s", del: "s", sub: "sub", sup: "sup", code: "code", kbd: "code", samp: "code", tt: "code",
};
const DROPPED = new Set(
  "script style w:data meta link title head xml template noscript svg canvas select option button input textarea math object area base col colgroup frame frameset applet".split(" "),
);
const BLOCKS = new Set(
  "address article aside body center dd details div dl dt fieldset figcaption figure footer form header hgroup legend main nav p section summary".split(" "),
);
const MEDIA = new Set(["audio", "embed", "iframe", "video"]);
const ADDRESS = /^(https?:|mailto:|tel:)/i;
const OURS = /^page:[0-9a-f-]{36}$/i;
const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** Where the clipboard comes from, as far as it matters. */
export function sourceOf(html) {
  if (/class="?Mso|urn:schemas-microsoft-com:office:word|content="?(Microsoft )?Word/i.test(html)) return "word";
  if (/docs-internal-guid/.test(html)) return "google";
  if (/content="?(LibreOffice|OpenOffice)/i.test(html)) return "libreoffice";
  return /data-pm-slice/.test(html) ? "prosemirror" : "other";
}

class Cleaner {
  constructor(source, report, { nextPicture, fileResource }) {
    this.source = source;
    this.report = report;
    this.nextPicture = nextPicture;
    this.fileResource = fileResource;
    this.pictures = [];
    this.writer = new Writer(document.implementation.createHTMLDocument(""));
    this.inTable = false;
  }

  children(element, marks) {
    for (const child of element.childNodes) {
      if (child.nodeType === 3) this.writer.text(child.data, marks);
      else if (child.nodeType === 1) this.element(child, marks);
    }
  }

  element(element, marks) {
    const name = element.localName;
    const { writer } = this;
    if (DROPPED.has(name) || isHidden(element)) return;
    if (name === "br") {
      if (writer.run) writer.inline(writer.document.createElement("br"), {}, " ");
    } else if (name === "img") this.image(element, marks);
    else if (name === "hr") writer.add(writer.document.createElement("hr"));
    else if (name === "table") table(element, this);
    else if (name === "ul" || name === "ol") this.list(element);
    else if (name === "li") this.item(element, "ul");
    else if (name === "pre") this.verbatim(element);
    else if (name === "blockquote") this.inside("blockquote", element);
    else if (MEDIA.has(name)) this.media(element);
    else if (element.hasAttribute("data-math")) this.math(element, marks);
    else if (/^h[1-6]$/.test(name) || headingLevel(element) !== null) this.heading(element);
    else if (BLOCKS.has(name)) this.block(element, marks);
    else this.children(element, this.marked(element, marks));
  }

  block(element, marks) {
    this.writer.end();
    if (/^Mso(Intense)?Quote/i.test(element.className)) this.inside("blockquote", element);
    else this.children(element, this.styled(element, marks));
    this.writer.end();
  }

  heading(element) {
    const level = headingLevel(element) ?? Number(element.localName[1]);
    this.writer.end();
    const { kind } = this.writer;
    if (!this.inTable) this.writer.kind = `h${level}`;
    this.children(element, this.inTable ? { strong: true } : {});
    this.writer.end();
    this.writer.kind = kind;
  }

  inside(tag, element, attributes = {}) {
    const opened = this.writer.open(tag, attributes);
    this.children(element, {});
    this.writer.close();
    if (!opened.childNodes.length) opened.remove();
  }

  list(element) {
    const { writer } = this;
    const ordered = element.localName === "ol";
    const start = Number.parseInt(element.getAttribute("start") ?? element.querySelector(":scope > li")?.getAttribute("value") ?? "1", 10);
    const nested = /^[uo]l$/.test(writer.at.localName); // a list straight inside a list belongs to the item before
    const home = writer.at;
    if (nested) writer.at = home.lastElementChild ?? writer.open("li");
    const list = writer.open(ordered ? "ol" : "ul", { start: ordered && start > 0 && start !== 1 && start <= 9999 ? start : null });
    this.children(element, {});
    writer.close();
    if (!list.childNodes.length) list.remove();
    if (nested) writer.at = home;
  }

  item(element, tag) {
    const { writer } = this;
    writer.end();
    const orphan = !/^[uo]l$/.test(writer.at.localName);
    const last = writer.at.lastElementChild;
    if (orphan && last?.localName === tag) writer.at = last;
    else if (orphan) writer.open(tag);
    this.inside("li", element, { "data-level": element.dataset.ariaLevel });
    if (orphan) writer.close();
  }

  verbatim(element) {
    const text = element.textContent.replace(/\n$/, "");
    if (!text.trim()) return;
    const pre = this.writer.document.createElement("pre");
    const code = this.writer.document.createElement("code");
    code.textContent = text;
    pre.append(code);
    this.writer.add(pre);
  }

  math(element, marks) {
    const span = this.writer.document.createElement("span");
    span.setAttribute("data-math", element.getAttribute("data-math"));
    span.textContent = element.getAttribute("data-math");
    this.writer.inline(span, marks);
  }

  media(element) {
    const address = element.getAttribute("src") ?? "";
    this.writer.end();
    if (/^https?:/i.test(address)) this.writer.text(address, { a: { href: address } });
    else this.report.media += 1;
    this.writer.end();
  }

  image(element, marks) {
    const address = element.getAttribute("src") ?? "";
    if (Number(element.getAttribute("width") ?? 99) < 3 || element.getAttribute("aria-roledescription") === "checkbox") return;
    const resource = address.startsWith("resource:") ? address : this.known(address);
    if (resource) {
      const image = this.writer.element("img", { src: resource, alt: element.getAttribute("alt") ?? "" });
      this.writer.inline(image, marks);
    } else if (/^data:image\/[\w.+-]+;base64,/i.test(address) && this.nextPicture) {
      const id = String(this.nextPicture());
      this.pictures.push({ id, address });
      this.writer.inline(this.writer.element("span", { "data-pending": id }), {});
    } else if (address) this.report.pictures += 1;
  }

  /** The resource behind an address of this site. */
  known(address) {
    try {
      return this.fileResource?.(address);
    } catch {
      return undefined; // no address at all
    }
  }

  /** The marks of a block's own style reach its text, save where they are the block's look. */
  styled(element, marks) {
    const set = { ...marks };
    for (const [mark, on] of Object.entries(styledMarks(element))) set[mark] = on;
    return set;
  }

  marked(element, marks) {
    const name = element.localName;
    const set = { ...marks };
    if (MARKS[name]) set[MARKS[name]] = true;
    if (name === "a") this.link(element, set);
    if (/^(abbr|acronym)$/.test(name) && element.title) set.abbr = { title: element.title };
    if (this.source === "prosemirror" && name === "span" && LANGUAGE.test(element.lang)) set.span = { lang: element.lang };
    for (const [mark, on] of Object.entries(styledMarks(element))) set[mark] = on;
    if (/^h/.test(this.writer.kind)) set.strong = false;
    if (set.a) set.u = false;
    return set;
  }

  link(element, set) {
    const href = (element.getAttribute("href") ?? "").trim();
    if (ADDRESS.test(href) || OURS.test(href)) set.a = { href };
  }
}

/** The level a paragraph's style claims: Word's title is 0, its outline levels 1 to 9. */
function headingLevel(element) {
  if (!/^(p|h[1-6])$/.test(element.localName)) return null;
  if (/^(MsoTitle|title)\b/i.test(element.className)) return 0;
  const named = element.className.match(/^(?:MsoHeading|Heading|Titre)(\d)\b/i);
  const outline = (declarations(element)["mso-outline-level"] ?? "").match(/^(\d)/);
  const role = element.getAttribute("role") === "heading" && element.getAttribute("aria-level")?.match(/^([1-6])$/);
  const found = named ?? (role || null) ?? (element.localName === "p" ? outline : null);
  return found ? Math.min(Number(found[1]), 6) : null;
}

/** The highest heading becomes h3, no level is skipped, nothing goes below h5. */
function shiftHeadings(root, keep) {
  const headings = [...root.querySelectorAll("h0, h1, h2, h3, h4, h5, h6")];
  const levels = headings.map((heading) => Number(heading.localName[1]));
  if (keep && levels.every((level) => level >= 3 && level <= 5)) return;
  const ranks = [...new Set(levels)].sort();
  let before = 2;
  headings.forEach((heading, at) => {
    const level = Math.min(3 + ranks.indexOf(levels[at]), before + 1, 5);
    before = level;
    const element = root.ownerDocument.createElement(`h${level}`);
    element.append(...heading.childNodes);
    heading.replaceWith(element);
  });
}

/** Lists that follow one another as one: Word on the web makes a list of each item, and tells its level. */
function joinLists(root) {
  const level = (list) => Number(list.firstElementChild?.dataset.level ?? 1);
  for (const list of root.querySelectorAll("ul, ol")) {
    if (!list.isConnected && !root.contains(list)) continue;
    for (let next = list.nextElementSibling; next && /^[uo]l$/.test(next.localName); next = list.nextElementSibling) {
      const expected = Number(list.getAttribute("start") ?? 1) + list.children.length;
      const runsOn = next.localName === "ul" || Number(next.getAttribute("start") ?? 1) === expected;
      if (level(next) > level(list)) list.lastElementChild.append(next);
      else if (next.localName === list.localName && runsOn) {
        list.append(...next.children);
        next.remove();
      } else break;
    }
  }
  for (const item of root.querySelectorAll("[data-level]")) item.removeAttribute("data-level");
}

/** A lone paragraph in an item or a cell needs no element of its own. */
export function tighten(root) {
  for (const holder of root.querySelectorAll("li, td, th")) {
    const [first, ...rest] = holder.children;
    if (first?.localName === "p" && rest.every((one) => /^[uo]l$/.test(one.localName))) first.replaceWith(...first.childNodes);
  }
}

function libreofficeFootnotes(body, report) {
  for (const anchor of [...body.querySelectorAll("a.sdfootnoteanc, a.sdendnoteanc")]) {
    report.footnotes += 1;
    (anchor.closest("sup") ?? anchor).remove();
  }
  for (const anchor of [...body.querySelectorAll("a.sdfootnotesym, a.sdendnotesym")]) anchor.remove();
}

/** An empty report: how many things could not be taken over as they were. */
export const emptyReport = () => ({ pictures: 0, footnotes: 0, formulas: 0, nested: 0, media: 0 });

/**
 * Clean pasted markup.
 * @param {string} html
 * @param {{nextPicture?: () => number, fileResource?: (url: string) => string | undefined}} options nextPicture gives
 *   an id to a data: picture, for which `<span data-pending="id">` stands; fileResource knows pictures of this site.
 * @returns {{root: HTMLElement, pictures: {id: string, address: string}[], report: object, source: string}}
 */
export function clean(html, options = {}) {
  const source = sourceOf(html);
  const parsed = parse(html);
  const report = emptyReport();
  if (source === "word") fromWord(parsed, report);
  libreofficeFootnotes(parsed.body, report);
  const cleaner = new Cleaner(source, report, options);
  cleaner.children(parsed.body, {});
  cleaner.writer.end();
  const { root } = cleaner.writer;
  joinLists(root);
  shiftHeadings(root, source === "prosemirror");
  tighten(root);
  const slice = source === "prosemirror" && parsed.querySelector("[data-pm-slice]")?.getAttribute("data-pm-slice");
  if (slice && /^\d+ \d+/.test(slice) && root.firstElementChild) {
    root.firstElementChild.setAttribute("data-pm-slice", `${slice.match(/^\d+ \d+/)[0]} []`);
  }
  return { root, pictures: cleaner.pictures, report, source };
}

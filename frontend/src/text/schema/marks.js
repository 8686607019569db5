// The marks of the canonical subset, outermost first.
import { Mark } from "@tiptap/core";

export const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
const ALLOWED = /^(https?:\/\/|mailto:|tel:|page:)[^\s]/i;

/** May a link lead there? */
export const isSafe = (href) => ALLOWED.test(href ?? "");

function simple(name, tags, { excludes, key } = {}) {
  return Mark.create({
    name,
    ...(excludes ? { excludes } : {}),
    parseHTML: () => tags.map((tag) => ({ tag })),
    renderHTML: ({ HTMLAttributes }) => [tags[0], HTMLAttributes, 0],
    addKeyboardShortcuts() {
      return key ? { [`Mod-${key}`]: () => this.editor.commands.toggleMark(name) } : {};
    },
  });
}

const Link = Mark.create({
  name: "link",
  inclusive: false,
  addAttributes: () => ({ href: { default: null }, title: { default: null } }),
  parseHTML: () => [{ tag: "a[href]", getAttrs: (element) => (isSafe(element.getAttribute("href")) ? null : false) }],
  renderHTML: ({ HTMLAttributes }) => ["a", isSafe(HTMLAttributes.href) ? HTMLAttributes : {}, 0],
});

const Language = Mark.create({
  name: "language",
  addAttributes: () => ({ lang: { default: null } }),
  parseHTML: () => [{ tag: "span[lang]", getAttrs: (element) => (LANGUAGE.test(element.lang) ? null : false) }],
  renderHTML: ({ HTMLAttributes }) => ["span", HTMLAttributes, 0],
});

const Abbreviation = Mark.create({
  name: "abbreviation",
  inclusive: false,
  addAttributes: () => ({ title: { default: null } }),
  parseHTML: () => [{ tag: "abbr" }],
  renderHTML: ({ HTMLAttributes }) => ["abbr", HTMLAttributes, 0],
});

export const marks = [
  Link,
  Language,
  Abbreviation,
  simple("bold", ["strong", "b"], { key: "b" }),
  simple("italic", ["em", "i"], { key: "i" }),
  simple("underline", ["u"], { key: "u" }),
  simple("strike", ["s"]),
  simple("subscript", ["sub"], { excludes: "subscript superscript" }),
  simple("superscript", ["sup"], { excludes: "subscript superscript" }),
  simple("code", ["code"]),
];

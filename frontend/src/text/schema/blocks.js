// Paragraphs, headings, lists, quotes, code, rules.
import { Node, nodeInputRule, textblockTypeInputRule, wrappingInputRule } from "@tiptap/core";

export const LEVELS = [3, 4, 5];

/** The heading levels that skip none, for a block that begins at `position`. */
export function levelsAllowed(doc, position) {
  let last = 2;
  doc.nodesBetween(0, Math.min(position, doc.content.size), (node, at) => {
    if (node.type.name === "heading" && at < position) last = node.attrs.level;
    return !node.isTextblock;
  });
  return LEVELS.filter((level) => level <= last + 1);
}

/** Where the text block at the selection begins. */
export const blockStart = ({ $from }) => ($from.depth ? $from.before($from.depth) : 0);

const Doc = Node.create({ name: "doc", topNode: true, content: "block+" });
const Text = Node.create({ name: "text", group: "inline" });

const Paragraph = Node.create({
  name: "paragraph",
  priority: 1000,
  group: "block",
  content: "inline*",
  parseHTML: () => [{ tag: "p" }],
  renderHTML: () => ["p", 0],
});

const Heading = Node.create({
  name: "heading",
  group: "block",
  content: "inline*",
  defining: true,
  addAttributes: () => ({ level: { default: 3, rendered: false } }),
  parseHTML: () => LEVELS.map((level) => ({ tag: `h${level}`, attrs: { level } })),
  renderHTML: ({ node }) => [`h${node.attrs.level}`, 0],
  addInputRules() {
    const level = (match) => {
      const { state } = this.editor;
      return Math.min(2 + match[1].length, Math.max(...levelsAllowed(state.doc, blockStart(state.selection))));
    };
    return [textblockTypeInputRule({ find: /^(#{1,3})\s$/, type: this.type, getAttributes: (match) => ({ level: level(match) }) })];
  },
});

const Quote = Node.create({
  name: "blockquote",
  group: "block",
  content: "block+",
  defining: true,
  parseHTML: () => [{ tag: "blockquote" }],
  renderHTML: () => ["blockquote", 0],
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*>\s$/, type: this.type })];
  },
});

const Preformatted = Node.create({
  name: "preformatted",
  group: "block",
  content: "inline*",
  code: true,
  defining: true,
  whitespace: "pre",
  addAttributes: () => ({ coded: { default: true, rendered: false, parseHTML: (element) => Boolean(soleCode(element)) } }),
  parseHTML: () => [{ tag: "pre", preserveWhitespace: "full", contentElement: (element) => soleCode(element) ?? element }],
  renderHTML: ({ node }) => (node.attrs.coded ? ["pre", ["code", 0]] : ["pre", 0]),
});

function soleCode(element) {
  const child = element.firstElementChild;
  return child?.localName === "code" && element.childNodes.length === 1 ? child : null;
}

const Rule = Node.create({
  name: "rule",
  group: "block",
  parseHTML: () => [{ tag: "hr" }],
  renderHTML: () => ["hr"],
  addInputRules() {
    return [nodeInputRule({ find: /^(?:---|—-|___\s)$/, type: this.type })];
  },
});

const Break = Node.create({
  name: "break",
  group: "inline",
  inline: true,
  selectable: false,
  linebreakReplacement: true,
  parseHTML: () => [{ tag: "br" }],
  renderHTML: () => ["br"],
  renderText: () => "\n",
  addKeyboardShortcuts() {
    return { "Shift-Enter": () => this.editor.commands.insertContent({ type: this.name }) };
  },
});

const Bullets = Node.create({
  name: "bullets",
  group: "block list",
  content: "item+",
  parseHTML: () => [{ tag: "ul" }],
  renderHTML: () => ["ul", 0],
  addInputRules() {
    return [wrappingInputRule({ find: /^\s*[-+*]\s$/, type: this.type })];
  },
  addKeyboardShortcuts() {
    return { "Mod-Shift-8": () => this.editor.commands.toggleList("bullets", "item") };
  },
});

const Numbers = Node.create({
  name: "numbers",
  group: "block list",
  content: "item+",
  addAttributes: () => ({
    start: {
      default: 1,
      parseHTML: (element) => (/^\d{1,4}$/.test(element.getAttribute("start") ?? "") ? Number(element.getAttribute("start")) : 1),
      renderHTML: ({ start }) => (start === 1 ? {} : { start }),
    },
  }),
  parseHTML: () => [{ tag: "ol" }],
  renderHTML: ({ HTMLAttributes }) => ["ol", HTMLAttributes, 0],
  addInputRules() {
    return [
      wrappingInputRule({
        find: /^(\d{1,4})[.)]\s$/,
        type: this.type,
        getAttributes: (match) => ({ start: Number(match[1]) }),
        joinPredicate: (match, node) => node.childCount + node.attrs.start === Number(match[1]),
      }),
    ];
  },
  addKeyboardShortcuts() {
    return { "Mod-Shift-7": () => this.editor.commands.toggleList("numbers", "item") };
  },
});

const Item = Node.create({
  name: "item",
  content: "(paragraph | bullets | numbers) block*",
  defining: true,
  parseHTML: () => [{ tag: "li" }],
  renderHTML: () => ["li", 0],
});

export const blocks = [Doc, Text, Paragraph, Quote, Preformatted, Rule, Break, Bullets, Numbers, Item];
export const headings = [Heading];

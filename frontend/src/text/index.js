// The rich text editor over a textarea. The textarea stays the master: what is in it is what will be saved.
import { Editor, getSchema } from "@tiptap/core";
import { Dropcursor } from "@tiptap/extensions/drop-cursor";
import { Gapcursor } from "@tiptap/extensions/gap-cursor";
import { TrailingNode } from "@tiptap/extensions/trailing-node";
import { UndoRedo } from "@tiptap/extensions/undo-redo";
import { caretOf, goOn } from "./caret.js";
import { commands } from "./commands.js";
import { h } from "./dialog.js";
import { formulaDialog } from "./dialogs/formula.js";
import { linkDialog } from "./dialogs/link.js";
import { pictureDialog } from "./dialogs/picture.js";
import { captionDialog, tableDialog } from "./dialogs/table.js";
import { abbreviationDialog, languageDialog } from "./dialogs/words.js";
import { fromHtml, toHtml } from "./html.js";
import { keys } from "./keys.js";
import { pageLabels, words } from "./labels.js";
import { drawing } from "./mathml.js";
import { pasting } from "./pasting.js";
import { blocks, headings } from "./schema/blocks.js";
import { formula, pending, picture } from "./schema/inline.js";
import { marks } from "./schema/marks.js";
import { tables } from "./schema/tables.js";
import { surround } from "./surround.js";
import { toolbar } from "./toolbar.js";

const MARGIN = 8;
let count = 0;

function extensions(context) {
  const { kind, t, ask } = context;
  const block = kind === "block";
  return [
    keys(context),
    pasting(context),
    ...blocks,
    ...(block ? [...headings, ...tables, picture({ fileUrl: context.fileUrl, edit: ask.picture }), pending({ label: t("pictureSending") })] : []),
    formula({ show: context.draw, label: t("formula"), edit: ask.formula }),
    ...marks,
    UndoRedo,
    Gapcursor,
    Dropcursor,
    TrailingNode.configure({ node: "paragraph" }),
  ];
}

/** What the commands, dialogs and handlers share. */
function makeContext(textarea, options) {
  const context = {
    kind: textarea.dataset.rich === "comment" ? "comment" : "block",
    options,
    t: words(options.labels ?? pageLabels()),
    sent: new Map(),
    draw: drawing(options.mathml),
    back: () => context.editor.view.focus(),
    fileUrl: (resource) => context.sent.get(resource) ?? options.fileUrl?.(resource) ?? null,
    async send(file) {
      const answer = await options.upload(file);
      if (answer.url) context.sent.set(answer.resource, answer.url);
      return answer;
    },
    hasWords: (mark) => !context.editor.state.selection.empty || context.editor.isActive(mark),
    editSelected() {
      const name = context.editor.state.selection.node?.type.name;
      if (name !== "formula" && name !== "picture") return false;
      context.ask[name]();
      return true;
    },
  };
  const dialogs = {
    link: linkDialog, table: tableDialog, caption: captionDialog, formula: formulaDialog, picture: pictureDialog,
    language: languageDialog, abbreviation: abbreviationDialog,
  };
  context.ask = Object.fromEntries(Object.entries(dialogs).map(([name, open]) => [name, () => open(context)]));
  return context;
}

/** The id of what names the text: the textarea's label, or one made for it. */
function nameOf(textarea, t) {
  const named = textarea.getAttribute("aria-labelledby");
  const [label] = textarea.labels ?? [];
  if (named || !label) return named ? { "aria-labelledby": named } : { "aria-label": textarea.getAttribute("aria-label") ?? t("text") };
  label.id ||= `rich-label-${count}`;
  return { "aria-labelledby": label.id };
}

/** What describes the textarea. */
const described = (textarea) =>
  (textarea.getAttribute("aria-describedby") ?? "").split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean);

function textAttributes(textarea, context, id, options) {
  const errors = described(textarea).filter((one) => one.matches(".error")).map((one) => one.id);
  return {
    id: `${id}-text`,
    class: "content rich-content",
    role: "textbox",
    "aria-multiline": "true",
    "aria-describedby": [`${id}-hint`, ...errors].join(" "),
    ...nameOf(textarea, context.t),
    ...(textarea.getAttribute("aria-invalid") ? { "aria-invalid": textarea.getAttribute("aria-invalid") } : {}),
    ...(options.lang || textarea.lang ? { lang: options.lang || textarea.lang } : {}),
  };
}

/** One editor on the page. */
class Rich {
  constructor(textarea, options) {
    count += 1;
    this.id = `rich-${count}`;
    this.textarea = textarea;
    this.context = makeContext(textarea, options);
    this.build(options);
    this.before = { hidden: textarea.hidden, required: textarea.required };
    this.hints = described(textarea).filter((one) => one.matches(".hint") && !one.hidden); // how to write without scripts
    for (const hint of this.hints) hint.hidden = true;
    textarea.after(this.element);
    textarea.hidden = true;
    textarea.required = false; // a hidden field that must be filled stops the form without a word
    this.listen();
  }

  build(options) {
    const { context, id, textarea } = this;
    const { t } = context;
    const home = h("div", { class: "rich-text" });
    const all = extensions(context);
    this.note = h("span", { class: "rich-note" });
    this.hint = h("span", { id: `${id}-hint`, class: "rich-hint" }, t("hint"));
    context.tell = (text) => this.tell(text, options.announce);
    context.focusToolbar = () => {
      this.show(true);
      this.bar.focus();
      return true;
    };
    this.editor = new Editor({
      element: home,
      extensions: all,
      content: fromHtml(getSchema(all), textarea.value).toJSON(),
      injectCSS: false,
      enablePasteRules: false,
      editable: !textarea.readOnly && !textarea.disabled,
      editorProps: {
        attributes: textAttributes(textarea, context, id, options),
        scrollThreshold: { top: 72, bottom: 24, left: 0, right: 0 },
        scrollMargin: { top: 80, bottom: 40, left: 0, right: 0 },
      },
    });
    context.editor = this.editor;
    this.written = toHtml(this.editor.state.doc);
    this.bar = toolbar(commands(context), { label: t("toolbar"), controls: `${id}-text`, back: context.back });
    this.element = h("div", { class: "rich", "data-rich-kind": context.kind }, this.bar.element, home, h("p", { class: "rich-foot" }, this.hint, this.note));
    this.bar.refresh();
  }

  listen() {
    const { editor, element, textarea } = this;
    this.reload = () => {
      if (textarea.value === this.written) return;
      const { doc, tr } = editor.state;
      tr.replaceWith(0, doc.content.size, fromHtml(editor.schema, textarea.value).content);
      // no change of the writer's own: nothing to undo, nothing to save
      editor.view.dispatch(tr.setMeta("addToHistory", false).setMeta("preventUpdate", true));
      this.written = toHtml(editor.state.doc);
    };
    this.labelled = (event) => {
      if (event.target.closest("a, button, input")) return;
      event.preventDefault();
      this.focus();
    };
    editor.on("update", () => this.write());
    editor.on("transaction", () => this.active && this.bar.refresh());
    editor.on("selectionUpdate", () => requestAnimationFrame(() => this.uncover()));
    element.addEventListener("focusin", () => this.show(true));
    element.addEventListener("focusout", () => setTimeout(() => this.element.contains(document.activeElement) || this.show(false)));
    textarea.addEventListener("rich:reload", this.reload);
    for (const label of textarea.labels ?? []) label.addEventListener("click", this.labelled);
  }

  /** Write the text back and say so, if it has changed. */
  write() {
    const html = toHtml(this.editor.state.doc);
    if (html === this.written) return;
    this.written = html;
    this.textarea.value = html;
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  show(active) {
    if (active === Boolean(this.active)) return;
    if (!active && document.querySelector("dialog.rich-dialog[open]")) return;
    this.active = active;
    this.element.classList.toggle("is-active", active);
    if (active) this.bar.refresh();
    else this.bar.close();
  }

  /** Tell what happened, to the eye and to the page's status. */
  tell(text, announce) {
    this.note.textContent = text;
    this.element.classList.toggle("has-note", Boolean(text));
    if (text) announce?.(text);
  }

  /** Keep the line of the caret clear of the toolbar that stays at the top. */
  uncover() {
    const { editor, bar } = this;
    if (editor.isDestroyed || !editor.view.hasFocus()) return;
    const caret = editor.view.coordsAtPos(editor.state.selection.head);
    const covered = bar.element.getBoundingClientRect().bottom + MARGIN - caret.top;
    if (covered > 0) window.scrollBy(0, -covered);
  }

  focus() {
    this.editor.view.focus();
  }

  destroy() {
    const { textarea } = this;
    textarea.removeEventListener("rich:reload", this.reload);
    for (const label of textarea.labels ?? []) label.removeEventListener("click", this.labelled);
    this.bar.close();
    this.editor.destroy();
    this.element.remove();
    textarea.hidden = this.before.hidden;
    textarea.required = this.before.required;
    for (const hint of this.hints) hint.hidden = false;
  }
}

/**
 * Mount an editor over a textarea.
 * @param {HTMLTextAreaElement} textarea with data-rich="block" or "comment"
 * @param {object} options caret (of `caretOf`: where somebody writes in the textarea, and goes on in the editor), labels, lang, upload(file) → Promise<{resource, url}>, fileUrl(resource) → address,
 *   resourceOf(address) → "resource:…" of a picture of this binder, pages() → Promise<[{id, title}]>,
 *   mathml(latex) → Promise<string>, announce(text); all may be missing
 * @returns {{focus(): void, destroy(): void, surround(how): object, element: HTMLElement | null}} element is null if it failed: the textarea
 *   is then there as it was
 */
export function mount(textarea, options = {}) {
  const before = { hidden: textarea.hidden, required: textarea.required };
  try {
    const rich = new Rich(textarea, options);
    if (options.caret) goOn(rich.editor, options.caret);
    return { focus: () => rich.focus(), destroy: () => rich.destroy(), surround: (how) => surround(rich.editor, how), element: rich.element };
  } catch (error) {
    Object.assign(textarea, before);
    if (options.caret) textarea.focus();
    console.warn("The text editor could not start:", error);
    return { focus: () => textarea.focus(), destroy() {}, element: null };
  }
}

export { caretOf };

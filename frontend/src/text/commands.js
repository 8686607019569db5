// What the toolbar offers. A command: id, label, key, active(), able(), run() or menu() → items, value() → words shown.
import { isInTable } from "@tiptap/pm/tables";
import { blockStart, levelsAllowed } from "./schema/blocks.js";
import { tableItems } from "./tabletools.js";

const mark = ({ editor, t }, id, key) => ({
  id,
  key,
  label: t(id),
  active: () => editor.isActive(id),
  able: () => editor.can().toggleMark(id),
  run: () => editor.commands.toggleMark(id),
});

const list = ({ editor, t }, id) => ({
  id,
  label: t(id),
  active: () => editor.isActive(id),
  able: () => editor.can().toggleList(id, "item"),
  run: () => editor.commands.toggleList(id, "item"),
});

function style({ editor, t, kind }) {
  const level = () => (editor.isActive("heading") ? editor.getAttributes("heading").level : null);
  const name = () => t(level() ? `heading${level()}` : editor.isActive("preformatted") ? "codeBlock" : "paragraph");
  const items = () => {
    const { doc, selection } = editor.state;
    const levels = kind === "block" ? levelsAllowed(doc, blockStart(selection)) : [];
    if (level() && !levels.includes(level())) levels.push(level());
    return [
      { id: "paragraph", label: t("paragraph"), checked: editor.isActive("paragraph"), run: () => editor.commands.setNode("paragraph") },
      ...levels.map((one) => ({
        id: `heading${one}`,
        label: t(`heading${one}`),
        className: `rich-h${one}`,
        checked: level() === one,
        disabled: level() !== one && !editor.can().setNode("heading", { level: one }),
        run: () => editor.commands.setNode("heading", { level: one }),
      })),
    ].map((item) => ({ role: "menuitemradio", ...item }));
  };
  return { id: "style", label: t("style", { name: "" }).replace(/[\s\u00a0\u202f:]+$/, ""), text: t("paragraph"), value: () => ({ text: name(), name: t("style", { name: name() }) }), menu: items };
}

function more(context) {
  const { editor, t, ask, kind } = context;
  const tick = (id) => ({
    id,
    label: t(id),
    role: "menuitemcheckbox",
    checked: editor.isActive(id),
    disabled: !editor.can().toggleMark(id),
    run: () => editor.commands.toggleMark(id),
  });
  const items = () => [
    { id: "undo", label: t("undo"), keys: "Control+Z", disabled: !editor.can().undo(), run: () => editor.commands.undo() },
    { id: "redo", label: t("redo"), keys: "Control+Shift+Z", disabled: !editor.can().redo(), run: () => editor.commands.redo() },
    { id: "clear", label: t("clear"), run: () => editor.commands.unsetAllMarks() },
    { ...tick("superscript"), separator: true },
    tick("subscript"),
    tick("strike"),
    tick("code"),
    { id: "language", label: t("language"), separator: true, disabled: !context.hasWords("language"), run: () => ask.language() },
    { id: "abbreviation", label: t("abbreviation"), disabled: !context.hasWords("abbreviation"), run: () => ask.abbreviation() },
    ...(kind === "block"
      ? [
          {
            id: "codeBlock",
            label: t("codeBlock"),
            role: "menuitemcheckbox",
            separator: true,
            checked: editor.isActive("preformatted"),
            disabled: !editor.can().toggleNode("preformatted", "paragraph"),
            run: () => editor.commands.toggleNode("preformatted", "paragraph"),
          },
          { id: "rule", label: t("rule"), run: () => editor.commands.insertContent({ type: "rule" }) },
        ]
      : []),
  ];
  return { id: "more", label: t("more"), menu: items };
}

/** Groups of commands for a toolbar; a comment has no headings, pictures or tables. */
export function commands(context) {
  const { editor, t, kind } = context;
  const block = kind === "block";
  const quote = {
    id: "quote",
    label: t("quote"),
    active: () => editor.isActive("blockquote"),
    able: () => editor.can().toggleWrap("blockquote"),
    run: () => editor.commands.toggleWrap("blockquote"),
  };
  const tools = { id: "tableTools", label: t("tableTools"), text: t("tableTools"), shown: () => isInTable(editor.state), menu: () => tableItems(context) };
  return [
    ...(block ? [{ commands: [style(context)] }, { label: t("tableTools"), commands: [tools] }] : []),
    { commands: [mark(context, "bold", "B"), mark(context, "italic", "I"), mark(context, "underline", "U")] },
    { commands: [list(context, "bullets"), list(context, "numbers"), quote] },
    { commands: insertions(context) },
    { commands: [more(context)] },
  ];
}

function insertions({ editor, t, ask, kind, options }) {
  const block = kind === "block";
  const plain = () => !editor.isActive("preformatted");
  return [
    { id: "link", key: "K", label: t("link"), run: () => ask.link() },
    ...(block && options.upload ? [{ id: "picture", label: t("picture"), able: plain, run: () => ask.picture() }] : []),
    ...(block ? [{ id: "table", label: t("table"), able: () => plain() && !isInTable(editor.state), run: () => ask.table() }] : []),
    { id: "formula", label: t("formula"), able: plain, run: () => ask.formula() },
  ];
}

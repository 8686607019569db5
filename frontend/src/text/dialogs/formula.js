// A formula: LaTeX, and what the server makes of it.
import { h, openDialog } from "../dialog.js";
import { NodeSelection } from "@tiptap/pm/state";

const SNIPPETS = [
  ["fraction", "a/b", "\\frac{}{}", 6],
  ["root", "√", "\\sqrt{}", 6],
  ["power", "x²", "^{}", 2],
  ["index", "xₙ", "_{}", 2],
  ["vector", "u⃗", "\\vec{}", 5],
  ["times", "×", "\\times ", 7],
  ["atMost", "≤", "\\leq ", 5],
  ["pi", "π", "\\pi ", 4],
];
const WAIT = 250;

function insert(area, text, caret) {
  const { selectionStart, selectionEnd } = area;
  const chosen = area.value.slice(selectionStart, selectionEnd);
  const filled = chosen && text.includes("{}") ? text.replace("{}", `{${chosen}}`) : text;
  area.setRangeText(filled, selectionStart, selectionEnd, "end");
  if (!chosen) area.setSelectionRange(selectionStart + caret, selectionStart + caret);
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function setup(dialog, { t, draw, options }) {
  const area = dialog.inputs.latex;
  area.setAttribute("spellcheck", "false");
  area.setAttribute("autocapitalize", "off");
  const buttons = SNIPPETS.map(([key, sign, text, caret]) => {
    const button = h("button", { type: "button", class: "rich-snippet", "aria-label": t(key), title: t(key) }, sign);
    button.addEventListener("click", () => insert(area, text, caret));
    return button;
  });
  dialog.rows.latex.append(h("div", { class: "rich-snippets" }, ...buttons));
  if (!options.mathml) return;
  const shown = h("div", { class: "rich-preview", role: "group", "aria-label": t("latexPreview") });
  dialog.rows.latex.after(shown);
  let timer = 0;
  let turn = 0;
  const preview = async () => {
    turn += 1;
    const mine = turn;
    const latex = area.value.trim();
    const good = latex === "" || (await draw(latex, shown, () => mine === turn));
    if (mine !== turn) return;
    if (!latex) shown.replaceChildren();
    dialog.status.textContent = good ? "" : t("latexBad");
  };
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(preview, WAIT);
  });
  preview();
}

/** Ask for a formula; put it in or change the selected one. */
export async function formulaDialog(context) {
  const { editor, t, back } = context;
  const { selection } = editor.state;
  const chosen = selection instanceof NodeSelection && selection.node.type.name === "formula" ? selection.node : null;
  const answer = await openDialog({
    title: t("formula"),
    fields: [
      {
        name: "latex",
        label: t("latex"),
        hint: t("latexHint"),
        type: "textarea",
        value: chosen?.attrs.latex ?? "",
      },
    ],
    submit: t(chosen ? "save" : "insert"),
    cancel: t("cancel"),
    actions: chosen ? [{ value: "remove", label: t("remove") }] : [],
    setup: (dialog) => setup(dialog, context),
    check: ({ latex }) => (latex ? {} : { latex: t("latexMissing") }),
  });
  back();
  if (!answer) return;
  if (answer.action === "remove") editor.commands.deleteSelection();
  else if (chosen) editor.commands.updateAttributes("formula", { latex: answer.values.latex });
  else editor.commands.insertContent({ type: "formula", attrs: { latex: answer.values.latex } });
}

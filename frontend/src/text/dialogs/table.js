// A new table, and the caption of one that is there.
import { openDialog } from "../dialog.js";
import { captionOf, insertTable, setCaption } from "../tabletools.js";

const LIMITS = { rows: 100, columns: 20 };

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

/** Ask for size, headers and caption; put the table in. */
export async function tableDialog({ editor, t, back }) {
  const size = (name, value) => ({ name, label: t(name), type: "number", value, attributes: { min: 1, max: LIMITS[name], inputmode: "numeric" } });
  const answer = await openDialog({
    title: t("table"),
    fields: [
      { name: "caption", label: t("caption"), hint: t("captionHint") },
      size("columns", 3),
      size("rows", 3),
      { name: "headerRow", label: t("headerRow"), type: "checkbox", value: true },
      { name: "headerColumn", label: t("headerColumn"), type: "checkbox", value: false },
    ],
    submit: t("insert"),
    cancel: t("cancel"),
    check: (values) =>
      Object.fromEntries(
        Object.entries(LIMITS)
          .filter(([name, max]) => !/^\d+$/.test(values[name]) || Number(values[name]) < 1 || Number(values[name]) > max)
          .map(([name, max]) => [name, t("numberBad", { min: 1, max })]),
      ),
  });
  back();
  if (!answer) return;
  const { rows, columns, caption, ...headers } = answer.values;
  insertTable(editor, { rows: Number(rows), columns: Number(columns), caption: escaped(caption), ...headers });
}

/** Ask for the caption of the table at the selection. */
export async function captionDialog({ editor, t, back }) {
  const holder = document.createElement("template");
  holder.innerHTML = captionOf(editor);
  const before = holder.content.textContent;
  const answer = await openDialog({
    title: t("captionEdit"),
    fields: [{ name: "caption", label: t("caption"), hint: t("captionHint"), value: before }],
    submit: t("save"),
    cancel: t("cancel"),
  });
  back();
  if (answer && answer.values.caption !== before.trim()) setCaption(editor, escaped(answer.values.caption));
}

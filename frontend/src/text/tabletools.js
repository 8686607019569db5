// Commands inside a table.
import {
  addColumnAfter, addColumnBefore, addRowAfter, addRowBefore, deleteColumn, deleteRow, deleteTable, mergeCells,
  selectedRect, splitCell,
} from "@tiptap/pm/tables";
import { TextSelection } from "@tiptap/pm/state";

/** A table's JSON. */
export function tableJson({ rows, columns, headerRow, headerColumn, caption }) {
  const cell = (row, column) => ({
    type: (headerRow && row === 0) || (headerColumn && column === 0) ? "header" : "cell",
    content: [{ type: "paragraph" }],
  });
  const range = (length) => Array.from({ length }, (_, at) => at);
  return {
    type: "table",
    attrs: { caption },
    content: range(rows).map((row) => ({ type: "row", content: range(columns).map((column) => cell(row, column)) })),
  };
}

/** Put a table in, and the caret into its first cell. It never goes into a list: it stands after it. */
export function insertTable(editor, settings) {
  const node = editor.schema.nodeFromJSON(tableJson(settings));
  const { tr } = editor.state;
  const { $from, empty } = tr.selection;
  const bare = empty && $from.depth === 1 && $from.parent.type.name === "paragraph" && !$from.parent.content.size;
  if (bare) tr.replaceWith($from.before(), $from.after(), node);
  else if (editor.isActive("item")) tr.insert($from.after(1), node);
  else tr.replaceSelectionWith(node);
  let at = null;
  tr.doc.descendants((found, position) => {
    if (found === node) at = position;
    return at === null;
  });
  if (at !== null) tr.setSelection(TextSelection.near(tr.doc.resolve(at + 1)));
  editor.view.dispatch(tr.scrollIntoView());
}

/** Are the cells of the first row (or column) headers? */
function isHeader({ state }, of) {
  const { map, table } = selectedRect(state);
  const rect = of === "row" ? { left: 0, right: map.width, top: 0, bottom: 1 } : { left: 0, right: 1, top: 0, bottom: map.height };
  return map.cellsInRect(rect).every((at) => table.nodeAt(at).type.name === "header");
}

/** Turn the first row (or column) into headers or back; the corner stays one as long as either wants it. */
function toggleHeader(editor, of) {
  const { map, table, tableStart } = selectedRect(editor.state);
  const on = !isHeader(editor, of);
  const other = isHeader(editor, of === "row" ? "column" : "row");
  const { tr, schema } = editor.state;
  const rect = of === "row" ? { left: 0, right: map.width, top: 0, bottom: 1 } : { left: 0, right: 1, top: 0, bottom: map.height };
  for (const at of map.cellsInRect(rect)) {
    const cell = table.nodeAt(at);
    const head = on || (other && at === map.map[0]);
    const type = head ? schema.nodes.header : schema.nodes.cell;
    const { colspan, rowspan, colwidth } = cell.attrs;
    tr.setNodeMarkup(tableStart + at, type, { colspan, rowspan, colwidth });
  }
  if (of === "row") tr.setNodeMarkup(tableStart, null, { group: on ? "head" : null });
  editor.view.dispatch(tr);
}

/** Change the caption of the table at the selection. */
export function setCaption(editor, caption) {
  const { table, tableStart } = selectedRect(editor.state);
  editor.view.dispatch(editor.state.tr.setNodeMarkup(tableStart - 1, null, { ...table.attrs, caption }));
}

/** The caption of the table at the selection, as markup. */
export const captionOf = (editor) => selectedRect(editor.state).table.attrs.caption;

/** The items of the table's menu. */
export function tableItems({ editor, t, ask }) {
  const command = (id, does, extra = {}) => ({
    id,
    label: t(id),
    disabled: !does(editor.state),
    run: () => does(editor.state, editor.view.dispatch),
    ...extra,
  });
  const header = (id, of) => ({ id, label: t(id), role: "menuitemcheckbox", checked: isHeader(editor, of), run: () => toggleHeader(editor, of) });
  return [
    command("rowBefore", addRowBefore),
    command("rowAfter", addRowAfter),
    command("columnBefore", addColumnBefore),
    command("columnAfter", addColumnAfter),
    command("deleteRow", deleteRow, { separator: true }),
    command("deleteColumn", deleteColumn),
    command("mergeCells", mergeCells, { separator: true }),
    command("splitCell", splitCell),
    { ...header("headerRow", "row"), separator: true },
    header("headerColumn", "column"),
    { id: "caption", label: t("captionEdit"), run: () => ask.caption() },
    command("deleteTable", deleteTable, { separator: true }),
  ];
}

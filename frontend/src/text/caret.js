// From a plain field to the editor that takes its place while somebody writes: they go on where they were.
const inked = (text) => text.replace(/\s/g, "").length;

/**
 * Where somebody writes in the field; null: nowhere.
 * @returns {?{inked: number, gap: string, isLast: boolean}} characters before the caret that are no space, the space behind these, and whether
 *   nothing but space comes after it
 */
export function caretOf(area) {
  if (document.activeElement !== area) return null;
  const [before, after] = [area.value.slice(0, area.selectionEnd), area.value.slice(area.selectionEnd)];
  return { inked: inked(before), gap: before.slice(before.trimEnd().length), isLast: inked(after) === 0 };
}

/** The position behind so many characters that are no space; null if there are not so many. */
function placeOf(doc, characters) {
  let [left, place] = [characters, null];
  doc.descendants((node, position) => {
    if (place !== null || !node.isText) return place === null;
    let at = 0;
    for (; at < node.text.length && left > 0; at += 1) left -= inked(node.text[at]);
    if (left === 0) place = position + at;
    return false;
  });
  return place;
}

/** Write on in the editor; a space or a new line at the end, which HTML does not keep, is made again. */
export function goOn(editor, { inked: characters, gap, isLast }) {
  const { doc } = editor.state;
  const next = gap && !isLast ? placeOf(doc, characters + 1) : null;
  editor.commands.focus(next === null ? (placeOf(doc, characters) ?? "end") : next - 1);
  const { $from } = editor.state.selection;
  if (next !== null || !gap || !characters || /\s$/.test($from.parent.textBetween(0, $from.parentOffset))) return;
  if (gap.includes("\n")) editor.commands.splitBlock();
  else editor.commands.insertContent(" ");
}

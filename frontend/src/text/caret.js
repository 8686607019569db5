// From a plain field to the editor that takes its place while somebody writes: they go on where they were.
const blank = /\s/g;
const inked = (text) => text.replace(blank, "").length;

/** Where somebody writes in the field: {inked: characters before it that are no space, gap: the space behind these}; null: nowhere. */
export function caretOf(area) {
  if (document.activeElement !== area) return null;
  const before = area.value.slice(0, area.selectionEnd);
  return { inked: inked(before), gap: before.slice(before.trimEnd().length) };
}

/** The position behind so many characters that are no space, and behind the space there if the caret was behind it. */
function placeOf(doc, characters, gap) {
  let [left, place] = [characters, null];
  doc.descendants((node, position) => {
    if (place !== null || !node.isText) return place === null;
    let at = 0;
    for (; at < node.text.length && left > 0; at += 1) if (inked(node.text[at])) left -= 1;
    while (left === 0 && gap && inked(node.text.slice(at, at + 1)) === 0 && at < node.text.length) at += 1;
    if (left === 0) place = position + at;
    return false;
  });
  return place;
}

/** Write on in the editor; a space or a new line at the caret, which HTML does not keep, is made again. */
export function goOn(editor, { inked: characters, gap }) {
  const place = placeOf(editor.state.doc, characters, gap);
  editor.commands.focus(place ?? "end");
  const { $from } = editor.state.selection;
  if (!gap || !characters || /\s$/.test($from.parent.textBetween(0, $from.parentOffset))) return;
  if (gap.includes("\n")) editor.commands.splitBlock();
  else editor.commands.insertContent(" ");
}

// Signs around the selected words: around those alone, without the spaces beside them.
import { TextSelection } from "@tiptap/pm/state";

const WORD = /[\p{L}\p{N}_’'-]/u;

/** Where words begin and end in a text: without spaces, and the word at the caret where nothing is selected. */
export function wordsAt(text, from, to) {
  let [begin, end] = [from, to];
  if (begin === end) {
    while (begin && WORD.test(text[begin - 1])) begin -= 1;
    while (end < text.length && WORD.test(text[end])) end += 1;
  }
  while (begin < end && /\s/.test(text[begin])) begin += 1;
  while (end > begin && /\s/.test(text[end - 1])) end -= 1;
  return [begin, end];
}

const LEAF = "\ufffc"; // what is no text keeps its place

/**
 * Put `before` and `after` around the selection of an editor.
 * @param {(text: string, from: number, to: number) => string} check says why not; empty if it may be done
 * @param {(words: string) => string} written what stands for words that have signs of their own
 * @returns {{words: string, reason: string}}
 */
export function surround(editor, { before, after, check, written }) {
  const { state, view } = editor;
  const { $from, $to } = state.selection;
  if (!$from.sameParent($to) || !$from.parent.isTextblock) return { words: "", reason: "across" };
  const text = $from.parent.textBetween(0, $from.parent.content.size, LEAF, LEAF);
  const [begin, end] = wordsAt(text, $from.parentOffset, $to.parentOffset);
  const reason = begin === end ? "none" : check(text, begin, end);
  if (reason) return { words: "", reason };
  const [from, to] = [$from.start() + begin, $from.start() + end];
  const words = text.slice(begin, end);
  const marks = state.doc.resolve(from).marksAcross(state.doc.resolve(to)) ?? [];
  const { schema, tr } = state;
  const changed = written(words);
  if (changed === words) tr.insert(to, schema.text(after, marks)).insert(from, schema.text(before, marks));
  else tr.replaceWith(from, to, schema.text(before + changed + after, marks));
  const last = from + before.length + (changed === words ? to - from : changed.length) + after.length;
  view.dispatch(tr.setSelection(TextSelection.create(tr.doc, last)).scrollIntoView());
  view.focus();
  return { words, reason: "" };
}

// What the journal has kept from an editor that was closed, or whose connection or session ended.
import { orphan } from "../autosave/compare.js";
import { clock, words } from "./words.js";

/** The newest entry of each block stands in its form again; where it is one of several, the older become new blocks. */
export async function recover(editor) {
  const newest = new Map();
  for (const entry of await editor.journal.left()) {
    const older = newest.get(entry.block);
    if (older) offer(editor, older);
    newest.set(entry.block, entry);
  }
  for (const entry of newest.values()) {
    const saver = editor.savers.get(entry.block);
    if (saver && !saver.isDirty) await saver.recover(entry);
    else offer(editor, entry);
  }
}

function offer(editor, entry) {
  const forget = () => {
    editor.journal.forget(entry.block, entry.writer);
    return true;
  };
  if (!entry.kind) return void forget(); // an older title
  orphan(document.getElementById("notes"), words("gone-kept", { time: clock(entry.at) }), entry.fields, {
    both: async () => Boolean(await editor.add(entry.kind, entry.fields, "")) && forget(),
    theirs: forget,
  });
}

// The keyboard inside the text. Tab leaves it, but for the start of a list's item and the cells of a table; after
// Escape it always leaves.
import { Extension } from "@tiptap/core";
import { Plugin, Selection } from "@tiptap/pm/state";
import { goToNextCell, isInTable } from "@tiptap/pm/tables";

function atItemStart({ selection }) {
  const { $from, empty } = selection;
  return empty && $from.parentOffset === 0 && $from.depth > 1 && $from.node(-1).type.name === "item" && $from.index(-1) === 0;
}

/** Leave a block of code by Enter on its second empty line, or downwards where nothing follows. */
function leaveCode(editor, byEnter) {
  const { $from, empty } = editor.state.selection;
  if (!empty || !$from.parent.type.spec.code || $from.parentOffset < $from.parent.content.size) return false;
  if (byEnter && !$from.parent.textContent.endsWith("\n\n")) return false;
  if (!byEnter && $from.after() < editor.state.doc.content.size) return false;
  return editor
    .chain()
    .command(({ tr }) => (byEnter ? Boolean(tr.delete($from.pos - 2, $from.pos)) : true))
    .exitCode()
    .run();
}

/** The keymap; `context` gives ask, focusToolbar and kind. */
export const keys = (context) =>
  Extension.create({
    name: "keys",
    priority: 2000,
    addStorage: () => ({ leaving: false }),
    addKeyboardShortcuts() {
      const { editor, storage } = this;
      const tab = (direction) => () => {
        if (storage.leaving) return false;
        if (atItemStart(editor.state)) {
          const done = direction > 0 ? editor.commands.sinkListItem("item") : nested(editor.state) && editor.commands.liftListItem("item");
          if (done) return true;
        }
        return isInTable(editor.state) && goToNextCell(direction)(editor.state, editor.view.dispatch);
      };
      return {
        Tab: tab(1),
        "Shift-Tab": tab(-1),
        "Alt-F10": () => context.focusToolbar(),
        "Mod-k": () => {
          context.ask.link();
          return true;
        },
        Enter: () => context.editSelected() || leaveCode(editor, true) || editor.commands.splitListItem("item"),
        "Mod-Enter": () => editor.isActive("preformatted") && editor.commands.exitCode(),
        ArrowDown: () => leaveCode(editor, false),
        Backspace: () => atItemStart(editor.state) && editor.commands.liftListItem("item"),
      };
    },
    addProseMirrorPlugins() {
      const { storage } = this;
      return [
        new Plugin({
          props: {
            handleKeyDown: (_view, { key }) => {
              if (key === "Escape") storage.leaving = true;
              else if (!["Tab", "Shift"].includes(key)) storage.leaving = false;
              return false;
            },
            handleDOMEvents: {
              pointerdown: () => {
                storage.leaving = false;
                return false;
              },
              blur: () => {
                storage.leaving = false;
                return false;
              },
            },
          },
        }),
      ];
    },
  });

function nested({ selection: { $from } }) {
  for (let depth = $from.depth - 2; depth > 0; depth -= 1) if ($from.node(depth).type.name === "item") return true;
  return false;
}

/** Put the caret at the end of a document that has just been opened. */
export const atEnd = (doc) => Selection.atEnd(doc);

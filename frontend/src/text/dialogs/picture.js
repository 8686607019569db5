// A picture: its file, and what it shows in words or that it only decorates.
import { NodeSelection } from "@tiptap/pm/state";
import { h, openDialog } from "../dialog.js";

const TYPES = "image/png,image/jpeg,image/gif,image/webp,image/heic,image/heif,image/avif,image/svg+xml";

const bare = (name) => name.replace(/\.[a-z0-9]{2,5}$/i, "").toLowerCase();

function problems({ file, alt, decorative }, { t, needsFile, name }) {
  const found = {};
  if (needsFile && !file) found.file = t("pictureMissing");
  if (!alt && !decorative) found.alt = t("pictureAltMissing");
  else if (!decorative && name && (alt.toLowerCase() === name.toLowerCase() || bare(alt) === bare(name))) found.alt = t("pictureAltName");
  return found;
}

function setup(dialog, { shown }) {
  const { alt, decorative } = dialog.inputs;
  if (shown) dialog.rows.alt.before(h("img", { class: "rich-shown", src: shown, alt: "" }));
  const follow = () => {
    alt.disabled = decorative.checked;
  };
  decorative.addEventListener("change", follow);
  follow();
}

function fields(t, { alt = "", decorative = false, needsFile = false }) {
  return [
    ...(needsFile ? [{ name: "file", label: t("pictureFile"), type: "file", attributes: { accept: TYPES } }] : []),
    { name: "alt", label: t("pictureAlt"), hint: t("pictureAltHint"), value: alt, attributes: { maxlength: 500 } },
    { name: "decorative", label: t("pictureDecorative"), type: "checkbox", value: decorative },
  ];
}

const words = ({ alt, decorative }) => (decorative ? "" : alt);

/** Ask for words for a picture that is being sent; gives {src, alt}, or null. `sent` is the promise of the upload. */
export async function describe({ t }, { file, sent, shown, title }) {
  let sentTo = null;
  const answer = await openDialog({
    title,
    fields: fields(t, {}),
    submit: t("insert"),
    cancel: t("cancel"),
    setup: (dialog) => setup(dialog, { shown }),
    check: async (values, dialog) => {
      const found = problems(values, { t, name: file?.name });
      if (Object.keys(found).length) return found;
      dialog.status.textContent = t("pictureSending");
      try {
        sentTo = await sent();
      } catch {
        found.alt = t("pictureFailed");
      }
      dialog.status.textContent = "";
      return found;
    },
  });
  return answer && { src: `resource:${sentTo.resource}`, alt: words(answer.values) };
}

/** Ask for a file and words, send it, put it in; or change the words of the selected picture. */
export async function pictureDialog(context) {
  const { editor, t, back, send } = context;
  const { selection } = editor.state;
  const chosen = selection instanceof NodeSelection && selection.node.type.name === "picture" ? selection.node : null;
  let src = chosen?.attrs.src;
  const answer = await openDialog({
    title: t("picture"),
    fields: fields(t, { needsFile: !chosen, alt: chosen?.attrs.alt, decorative: chosen?.attrs.alt === "" }),
    submit: t(chosen ? "save" : "insert"),
    cancel: t("cancel"),
    actions: chosen ? [{ value: "remove", label: t("pictureRemove") }] : [],
    setup: (dialog) => setup(dialog, { shown: chosen && context.fileUrl(chosen.attrs.src.slice("resource:".length)) }),
    check: async (values, dialog) => {
      const found = problems(values, { t, needsFile: !chosen, name: values.file?.name });
      if (Object.keys(found).length || chosen) return found;
      dialog.status.textContent = t("pictureSending");
      try {
        src = `resource:${(await send(values.file)).resource}`;
      } catch {
        found.file = t("pictureFailed");
      }
      dialog.status.textContent = "";
      return found;
    },
  });
  back();
  if (!answer) return;
  if (answer.action === "remove") editor.commands.deleteSelection();
  else if (chosen) editor.commands.updateAttributes("picture", { alt: words(answer.values) });
  else editor.commands.insertContent({ type: "picture", attrs: { src, alt: words(answer.values) } });
}

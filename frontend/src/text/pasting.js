// What is pasted or dropped: markup is cleaned, pictures are sent and described one after the other, and what could
// not be taken over is told.
import { Extension } from "@tiptap/core";
import { DOMParser as ModelParser } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import { describe } from "./dialogs/picture.js";
import { clean, fromPlain } from "./paste/index.js";
import { parse } from "./paste/parse.js";

const ADDRESS = /^https?:\/\/[^\s<>"]+$/i;

/** A data: address as a file; the address itself is never fetched. */
export function asFile(address, name) {
  const [, type, data] = address.match(/^data:(image\/[\w.+-]+);base64,([\s\S]*)$/i) ?? [];
  if (!type) return null;
  try {
    const bytes = Uint8Array.from(atob(data.replace(/\s+/g, "")), (letter) => letter.charCodeAt(0));
    return new File([bytes], `${name}.${type.split("/")[1].replace(/\+.*$/, "").replace("jpeg", "jpg")}`, { type });
  } catch {
    return null;
  }
}

const asAddress = (file) =>
  new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("loadend", () => resolve(reader.result));
    reader.readAsDataURL(file);
  });

const picturesIn = (transfer) => [...(transfer?.files ?? [])].filter(({ type }) => type.startsWith("image/"));

/** Is there no more in the markup than one picture? */
function onlyPicture(html) {
  const { body } = parse(html);
  return body.querySelectorAll("img").length === 1 && !body.textContent.trim();
}

/** Keeps the pictures that wait, and sends them. */
class Pictures {
  constructor(context) {
    this.context = context;
    this.count = 0;
    this.waiting = new Map();
    this.lost = 0;
    this.running = null;
  }

  /** An id for a picture to come. */
  next() {
    this.count += 1;
    return this.count;
  }

  add(id, file) {
    if (file) this.waiting.set(String(id), file);
    else this.lost += 1;
  }

  find(id) {
    let found = null;
    this.context.editor.state.doc.descendants((node, at) => {
      if (node.type.name === "pending" && (id === null ? !this.waiting.has(node.attrs.id) : node.attrs.id === id)) found = { node, at };
      return !found;
    });
    return found;
  }

  /** Put the picture where its place is, or take the place away. */
  settle(id, attributes) {
    const { editor } = this.context;
    const place = this.find(id);
    if (!place || editor.isDestroyed) return;
    const { tr, schema } = editor.state;
    if (attributes) tr.replaceWith(place.at, place.at + 1, schema.nodes.picture.create(attributes));
    else tr.delete(place.at, place.at + 1);
    editor.view.dispatch(tr);
  }

  /** Ask for each picture in turn; resolves with the number of those that were lost. */
  async run() {
    const { context } = this;
    const total = this.waiting.size;
    let n = 0;
    for (const [id, file] of this.waiting) {
      n += 1;
      const title = total > 1 ? context.t("pictureNumber", { n, total }) : context.t("picture");
      const shown = await asAddress(file);
      const attributes = this.find(id) && (await describe(context, { file, sent: () => context.send(file), shown, title }));
      this.waiting.delete(id);
      this.settle(id, attributes);
      if (context.editor.isDestroyed) return 0;
    }
    for (let orphan = this.find(null); orphan; orphan = this.find(null)) this.settle(orphan.node.attrs.id, null);
    const { lost } = this;
    this.lost = 0;
    return lost;
  }
}

/** What happened, in sentences. */
export function told(report, t) {
  const said = [];
  if (report.pictures) said.push(t(report.pictures === 1 ? "pastedPicture" : "pastedPictures", { n: report.pictures }));
  if (report.formulas) said.push(t(report.formulas === 1 ? "pastedFormula" : "pastedFormulas", { n: report.formulas }));
  if (report.nested) said.push(t("pastedNested"));
  if (report.footnotes) said.push(t("pastedFootnotes"));
  if (report.media) said.push(t("pastedMedia"));
  return said.join(" ");
}

/** The extension; `context` gives editor, t, tell(text), send(file), back(), kind and resourceOf(url). */
export const pasting = (context) => {
  const pictures = new Pictures(context);
  const takesPictures = () => context.kind === "block" && Boolean(context.options.upload);
  let report = null;

  async function after() {
    const found = report;
    report = null;
    const sent = pictures.waiting.size > 0;
    pictures.running ??= pictures.run().finally(() => {
      pictures.running = null;
    });
    const lost = await pictures.running;
    if (found) found.pictures += lost;
    if (sent) context.back();
    if (found) context.tell(told(found, context.t));
  }

  function transform(html) {
    const cleaned = clean(html, {
      nextPicture: takesPictures() ? () => pictures.next() : undefined,
      fileResource: context.options.resourceOf,
    });
    for (const { id, address } of cleaned.pictures) pictures.add(id, asFile(address, id));
    report = cleaned.report;
    return cleaned.root.innerHTML;
  }

  /** Put places for files in at a position (or the selection) and ask for each. */
  function take(view, files, at = null) {
    const { schema, tr } = view.state;
    const places = files.map((file) => {
      const id = String(pictures.next());
      pictures.add(id, file);
      return schema.nodes.pending.create({ id });
    });
    if (at === null) tr.deleteSelection();
    tr.insert(at ?? tr.selection.from, places);
    view.dispatch(tr.scrollIntoView());
    report = null;
    after();
  }

  function files(view, transfer, at) {
    const html = transfer?.getData("text/html") ?? "";
    const found = picturesIn(transfer);
    if (!found.length || (html && !onlyPicture(html))) return false;
    report = null;
    pictures.waiting.clear();
    if (takesPictures()) take(view, found, at);
    else context.tell(told({ pictures: found.length }, context.t));
    return true;
  }

  /** An address pasted over words, or alone, becomes a link. */
  function addressed(view, transfer) {
    const text = transfer?.getData("text/plain").trim() ?? "";
    const { schema, selection, tr } = view.state;
    if (!ADDRESS.test(text) || selection.$from.parent.type.spec.code) return false;
    const html = transfer.getData("text/html");
    if (html && parse(html).body.textContent.trim() !== text) return false;
    const link = schema.marks.link.create({ href: text });
    if (selection.empty) tr.replaceSelectionWith(schema.text(text, [link]), false).removeStoredMark(link);
    else if (selection.$from.sameParent(selection.$to)) tr.addMark(selection.from, selection.to, link);
    else return false;
    view.dispatch(tr.scrollIntoView());
    return true;
  }

  return Extension.create({
    name: "pasting",
    priority: 1500,
    addProseMirrorPlugins: () => [
      new Plugin({
        props: {
          transformPastedHTML: transform,
          clipboardTextParser: (text, $context, _plain, view) =>
            ModelParser.fromSchema(view.state.schema).parseSlice(fromPlain(text, document.implementation.createHTMLDocument("")), {
              context: $context,
              preserveWhitespace: true,
            }),
          handlePaste: (view, event) => {
            const transfer = event.clipboardData;
            if (addressed(view, transfer) || files(view, transfer, null)) {
              report = null;
              return true;
            }
            if (report) setTimeout(after); // once the text is in
            return false;
          },
          handleDrop: (view, event, _slice, moved) => {
            if (moved) {
              pictures.waiting.clear();
              report = null;
              return false;
            }
            const at = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? null;
            if (files(view, event.dataTransfer, at)) return true;
            if (report) setTimeout(after);
            return false;
          },
        },
      }),
    ],
  });
};

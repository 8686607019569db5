// Files of a block: sent as soon as they are chosen, dropped or pasted, in pieces, so that a cut connection costs one
// piece; the block then names the file.
import { NotSent, sendFile } from "./sending.js";
import { say, words } from "./words.js";

const mega = (bytes) => (bytes / 1_000_000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });

function progress(input) {
  const made = document.getElementById("upload-template").content.firstElementChild.cloneNode(true);
  const [text, bar] = [made.querySelector("[data-words]"), made.querySelector("progress")];
  bar.setAttribute("aria-label", input.labels[0]?.textContent.trim() ?? "");
  input.closest("p, div").after(made);
  return {
    made,
    tell: (sentence) => {
      text.textContent = sentence;
    },
    show: (done, total) => {
      bar.max = total || 1;
      bar.value = done;
    },
  };
}

/** The id of the file once all of it is there; null if it was not sent, which has been said. */
async function upload(file, input, editor) {
  const { made, tell, show } = progress(input);
  const { name } = file;
  const end = (text) => {
    tell(text);
    say(text);
    made.querySelector("[data-cancel]").remove();
    made.querySelector("progress").remove();
  };
  try {
    const { resource } = await sendFile(file, editor.place.dataset, {
      progress(sent, total) {
        tell(words("upload", { name, done: mega(sent), total: mega(total) }));
        show(sent, total);
      },
      cut: () => tell(words("upload-waiting", { name })),
      begun: (abort) => made.querySelector("[data-cancel]").addEventListener("click", abort),
    });
    end(words("upload-done", { name }));
    return resource;
  } catch (error) {
    if (!(error instanceof NotSent)) throw error;
    if (error.message) {
      end(words("upload-failed", { name, message: error.message }));
    } else {
      made.remove();
      input.focus();
    }
    return null;
  }
}

/** The hidden fields that name the files of a form, each in front of its input. */
function resourceOf(input) {
  const [inputs, resources] = [fileInputs(input.form), input.form.querySelectorAll("input[name=resource]")];
  return resources[inputs.indexOf(input)];
}

const fileInputs = (form) => [...form.querySelectorAll("input[type=file][name=file]")];

/** Send these files one after the other and name them in the form; then the block is saved and its form is made anew. */
async function take(files, input, editor) {
  const { form } = input;
  const chosen = input.multiple ? [...files] : [...files].slice(0, 1);
  let resource = resourceOf(input);
  let isAny = false;
  for (const file of chosen) {
    const id = await upload(file, input, editor);
    if (!id) continue;
    if (isAny) {
      const another = resource.cloneNode();
      resource.after(another);
      resource = another;
    }
    resource.value = id;
    isAny = true;
  }
  input.value = "";
  if (!isAny) return;
  const saver = editor.savers.get(form.dataset.autosave);
  saver.touch();
  if (await saver.save({ now: true })) await editor.renew(saver.block, input.id);
}

/** Take over the file fields of a block. */
export function uploads(section, editor) {
  const form = section.querySelector("form[data-autosave]");
  for (const input of form ? fileInputs(form) : []) {
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = words("choose");
    input.after(hint);
    input.addEventListener("change", () => input.files.length && take(input.files, input, editor));
  }
}

/** Where files go that are brought to a block: where one is, or into the first field that has nothing yet. */
function fieldFor(section, target) {
  const form = section.querySelector("form[data-autosave]");
  const inputs = form ? fileInputs(form) : [];
  const within = target.closest("fieldset, form")?.querySelector("input[type=file][name=file]");
  return within ?? inputs.find((input) => !resourceOf(input).value) ?? inputs[0];
}

const KINDS = { image: "image", audio: "audio", video: "video" };
const kindOf = ({ name, type }) => (/\.hei[cf]$/i.test(name) ? "image" : (KINDS[type.split("/")[0]] ?? "file"));

/** Files for a block without a field for them become blocks of their own behind it; several pictures, a gallery. */
async function addFor(files, behind, editor) {
  const isGallery = files.length > 1 && files.every((file) => kindOf(file) === "image");
  let after = behind;
  for (const group of isGallery ? [files] : files.map((file) => [file])) {
    const section = await editor.add(isGallery ? "gallery" : kindOf(group[0]), [], after);
    if (!section) return;
    after = section.dataset.block;
    section.scrollIntoView({ block: "nearest" });
    await bring(group, section, section, editor);
  }
}

async function bring(files, target, section, editor) {
  const input = section && fieldFor(section, target);
  if (!input) return addFor(files, section?.dataset.block ?? "", editor);
  input.closest("details").open = true; // how far they are is told beside the field
  return take(files, input, editor);
}

/** Files that are dropped on the page, or pasted into it; one that misses a block opens nothing in its place. */
export function arrivals(editor) {
  const { place } = editor;
  const mark = (section) => {
    for (const one of place.querySelectorAll(".drop-files")) one.classList.remove("drop-files");
    section?.classList.add("drop-files");
  };
  const sectionOf = (target) => target.closest?.("#blocks > [data-block]");
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files") || event.target.matches?.("input[type=file]")) return;
    event.preventDefault();
    mark(sectionOf(event.target));
    if (!place.contains(event.target)) event.dataTransfer.dropEffect = "none";
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || mark(null));
  document.addEventListener("drop", (event) => {
    mark(null);
    const files = [...event.dataTransfer.files];
    if (!files.length || event.defaultPrevented || event.target.matches?.("input[type=file]")) return;
    event.preventDefault();
    if (place.contains(event.target)) bring(files, event.target, sectionOf(event.target), editor);
  });
  place.addEventListener("paste", (event) => {
    const { files: found } = event.clipboardData;
    // words that are pasted into a field stay words, though Word sends their picture along
    const isText = event.target.matches?.("input, textarea") && event.clipboardData.getData("text/plain").trim();
    if (!found.length || event.defaultPrevented || isText) return;
    event.preventDefault();
    bring([...found], event.target, sectionOf(event.target), editor);
  });
}

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
  const inputs = form ? fileInputs(form) : [];
  if (!inputs.length) return;
  for (const input of inputs) {
    const hint = document.createElement("span");
    hint.className = "hint";
    hint.textContent = words("choose");
    input.after(hint);
    input.addEventListener("change", () => input.files.length && take(input.files, input, editor));
  }
  // what is dropped or pasted goes where one is, or into the first that has nothing yet
  const place = (event) => {
    const within = event.target.closest?.("fieldset, form")?.querySelector("input[type=file][name=file]");
    return within ?? inputs.find((input) => !resourceOf(input).value) ?? inputs[0];
  };
  section.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length || event.defaultPrevented) return;
    event.preventDefault();
    take(event.clipboardData.files, place(event), editor);
  });
  section.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  section.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length || event.defaultPrevented) return;
    event.preventDefault();
    take(event.dataTransfer.files, place(event), editor);
  });
}

// Chosen files are sent at once, in pieces, and go on after a cut line; then they stand in the list.
import { NotSent, sendFile } from "../../blocks/sending.js";
import { holdBack, place } from "./arranged.js";

const MEGA = 1_000_000;
const mega = (bytes) => (bytes / MEGA).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });

/** What shows how far a file is. */
function progress(root, input, words) {
  const made = root.querySelector("template[data-progress]").content.firstElementChild.cloneNode(true);
  const [text, bar, button] = [
    made.querySelector("[data-words]"),
    made.querySelector("progress"),
    made.querySelector("[data-cancel]"),
  ];
  input.closest("p").after(made);
  return {
    made,
    button,
    show(name, sent, total) {
      text.textContent = words("sending", { name, done: mega(sent), total: mega(total) });
      bar.setAttribute("aria-label", name);
      bar.max = total || 1;
      bar.value = sent;
    },
    tell: (sentence) => (text.textContent = sentence),
    end(sentence) {
      text.textContent = sentence;
      bar.remove();
      button.closest("p").remove();
      made.setAttribute("role", "alert");
    },
  };
}

/**
 * Take over the file inputs of a question.
 *
 * @param {HTMLElement} root what holds them.
 * @param {import("./arranged.js").Arranged} arranged
 * @param {{isBusy?: () => boolean, received?: (file: object) => void, before?: () => void}} more
 */
export function choosing(root, arranged, { isBusy = () => false, received, before } = {}) {
  const to = place(root);
  if (!to) return;
  const { words, say } = arranged;
  let going = 0;

  const send = async (file, input) => {
    const shown = progress(root, input, words);
    const { name } = file;
    shown.show(name, 0, file.size);
    try {
      const answer = await sendFile(file, to, {
        progress: (sent, total) => shown.show(name, sent, total),
        cut: () => shown.tell(words("waiting", { name })),
        begun: (abort) => shown.button.addEventListener("click", abort),
        unreachable: words("unreachable"),
      });
      shown.made.remove();
      if (before) before();
      arranged.add(answer);
      received?.(answer);
      say(words("received", { name: answer.name }));
    } catch (error) {
      if (!(error instanceof NotSent)) throw error;
      if (error.message) shown.end(words("failed", { name, message: error.message }));
      else {
        shown.made.remove();
        input.focus();
      }
    }
  };

  const take = async (files, input) => {
    for (const made of root.querySelectorAll(".upload[role=alert]")) made.remove();
    going += 1;
    for (const file of files) {
      if (!before && arranged.isFull) {
        progress(root, input, words).end(words("too-many", { most: arranged.most }));
        break;
      }
      await send(file, input);
    }
    going -= 1;
  };

  for (const input of root.querySelectorAll("input[data-choose]")) {
    const chosen = () => {
      const files = [...input.files];
      input.value = "";
      if (files.length) take(files, input);
    };
    input.addEventListener("change", chosen);
    chosen(); // before this script was there
  }
  for (const button of root.querySelectorAll("[data-plain]")) button.hidden = true;
  holdBack(root, () => going > 0 || isBusy(), () => say(words("busy")));
}

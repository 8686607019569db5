// A page with one text editor, for the tests: its services answer like those of the editor's page.
import { clean } from "../../frontend/src/text/paste/index.js";
import { mount } from "../../frontend/src/text/index.js";

const id = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

window.heard = { announced: [], inputs: 0, sent: [] };
window.clean = clean;
window.failUploads = false;

const options = {
  lang: "fr",
  announce: (text) => window.heard.announced.push(text),
  fileUrl: (resource) => `/picture.png?${resource}`,
  resourceOf: (url) => (url.startsWith("/picture.png?") ? `resource:${url.slice(13)}` : undefined),
  pages: async () => [
    { id: id(1), title: "Les fractions" },
    { id: id(2), title: "Les volcans" },
  ],
  async mathml(latex) {
    const answer = await fetch(`/mathml?latex=${encodeURIComponent(latex)}`);
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  },
  async upload(file) {
    if (window.failUploads) throw new Error("offline");
    window.heard.sent.push({ name: file.name, type: file.type, size: file.size });
    const resource = id(900 + window.heard.sent.length);
    return { resource, url: `/picture.png?${resource}` };
  },
};

const textarea = document.getElementById("text");
textarea.addEventListener("input", () => {
  window.heard.inputs += 1;
});
textarea.form.addEventListener("submit", (event) => event.preventDefault());
window.start = (more = {}) => {
  window.editor = mount(textarea, { ...options, ...more });
};
window.fill = (html) => {
  textarea.value = html;
  textarea.dispatchEvent(new CustomEvent("rich:reload"));
};
function transferOf(data) {
  const transfer = new DataTransfer();
  for (const [type, value] of Object.entries(data)) {
    if (type === "files") {
      for (const { name, type: kind, bytes } of value) transfer.items.add(new File([new Uint8Array(bytes)], name, { type: kind }));
    } else transfer.setData(type, value);
  }
  return transfer;
}

const usual = { bubbles: true, cancelable: true };
window.paste = (data) => {
  document.querySelector("[role=textbox]").dispatchEvent(new ClipboardEvent("paste", { clipboardData: transferOf(data), ...usual }));
};
window.drop = (selector, data) => {
  const target = document.querySelector(selector);
  const { left, top, height } = target.getBoundingClientRect();
  const place = { clientX: left + 1, clientY: top + height / 2 };
  target.dispatchEvent(new DragEvent("drop", { dataTransfer: transferOf(data), ...place, ...usual }));
};
if (!document.body.hasAttribute("data-wait")) window.start();

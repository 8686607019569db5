// What the rich text editor asks of the page: to send a picture, to show one, to draw a formula, to link to a page.
import { sendFile } from "./sending.js";
import { say } from "./words.js";

const NOTHING = "00000000-0000-0000-0000-000000000000";
const FILE = /\/files\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

const pages = () =>
  [...document.getElementById("pages").content.children].map(({ dataset, textContent }) => ({ id: dataset.id, title: textContent }));

async function mathml({ maths, token }, latex) {
  const data = new FormData();
  data.set("token", token);
  data.set("latex", latex);
  const response = await fetch(maths, { method: "POST", body: data, headers: { Accept: "application/json" } });
  const answer = await response.json();
  if (response.ok) return answer.mathml;
  if (response.status === 422) return ""; // no formula; asking again would not help
  throw new Error(answer.error);
}

/** place: #blocks, which knows the addresses. */
export function options(place) {
  const { dataset } = place;
  return {
    pages: async () => pages(),
    mathml: (latex) => mathml(dataset, latex),
    upload: (file) => sendFile(file, dataset),
    fileUrl: (resource) => dataset.files.replace(NOTHING, resource),
    resourceOf(url) {
      const address = URL.parse?.(url, location.href) ?? new URL(url, location.href);
      const [, id] = (address.origin === location.origin && address.pathname.match(FILE)) || [];
      return id && `resource:${id}`;
    },
    announce: say,
  };
}

/** The HTML that a field holds for the rich editor: the page gives it where the field shows a simpler form of it. */
export function asHtml(area) {
  const { value, defaultValue, dataset } = area;
  if ("html" in dataset && value === defaultValue) return dataset.html;
  if (!value.trim() || /<[a-zA-Z/!]|&[#a-zA-Z]/.test(value)) return value;
  const made = document.createElement("div");
  for (const part of value.trim().split(/\n[ \t]*\n\s*/)) {
    const paragraph = document.createElement("p");
    paragraph.innerText = part; // line ends become <br>
    made.append(paragraph);
  }
  return made.innerHTML;
}

// What the server reads in a number or a formula, said below the field while somebody types.
const PAUSE = 350;

async function ask(place, text, token, signal) {
  const data = new FormData();
  data.set("token", token);
  data.set("type", place.dataset.type);
  data.set("lang", place.dataset.lang);
  data.set("text", text);
  const response = await fetch(place.dataset.echo, { method: "POST", body: data, headers: { Accept: "application/json" }, signal });
  if (response.ok || response.status === 422) return response.json();
  throw new Error(String(response.status));
}

/** A formula to look at, and its words to those who cannot. */
function drawn({ text, html }) {
  const [seen, heard] = [document.createElement("span"), document.createElement("span")];
  seen.setAttribute("aria-hidden", "true");
  seen.innerHTML = html; // MathML of our own server
  heard.className = "visually-hidden";
  heard.textContent = text;
  return [seen, heard];
}

function show(place, answer) {
  place.classList.toggle("error", Boolean(answer.error));
  if (answer.error) place.textContent = answer.error;
  else if (answer.html) place.replaceChildren(...drawn(answer));
  else place.textContent = (place.dataset.read ?? "{text}").replace("{text}", () => answer.text);
}

function start(place) {
  const field = place.ownerDocument.querySelector(`[aria-describedby~="${CSS.escape(place.id)}"]`);
  const token = field?.form?.elements.token?.value;
  if (!token || !place.dataset.echo) return;
  let timer = 0;
  let going = null;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    going?.abort();
    field.removeAttribute("aria-invalid");
    const text = field.value.trim();
    if (!text) {
      show(place, { text: "", html: "" });
      place.textContent = "";
      return;
    }
    timer = setTimeout(async () => {
      going = new AbortController();
      try {
        const answer = await ask(place, text, token, going.signal);
        show(place, answer);
        if (answer.error) field.setAttribute("aria-invalid", "true");
      } catch (error) {
        if (error.name !== "AbortError") place.textContent = ""; // without a network nothing is said; the answer is kept
      }
    }, PAUSE);
  });
}

/** @param {ParentNode} root where the questions are. */
export function init(root) {
  for (const place of root.querySelectorAll("[data-echo]")) start(place);
}

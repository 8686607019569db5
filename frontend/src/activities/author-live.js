// While one types: the table of what answers are worth, and what the answer in the box is worth. The newest request counts.
const PAUSE = 500;

/** The form's fields without files and without what is only tried. */
export function fields(form) {
  const data = new FormData(form);
  for (const [name, value] of [...data]) {
    if (typeof value !== "string" || name.startsWith("trial.") || name === "action") data.delete(name);
  }
  return data;
}

/** Asks after a pause; shows the answer unless another question was asked meanwhile. */
function asker(form, address, show) {
  let timer = 0;
  let number = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = (number += 1);
      try {
        const response = await fetch(address, { method: "POST", body: fields(form), headers: { Accept: "application/json" } });
        const answer = await response.json();
        if (mine === number) show(answer, response.ok);
      } catch {
        // no network: the button is still there
      }
    }, PAUSE);
  };
}

function table(form) {
  const place = form.querySelector("[data-table]");
  return asker(form, form.dataset.points, ({ html }, ok) => {
    if (!ok || html === undefined) return;
    place.innerHTML = html; // made by our own template
    place.hidden = !html;
  });
}

function probe(form) {
  const place = form.querySelector("[data-probe]");
  const ask = asker(form, form.dataset.try, ({ html, errors }) => {
    place.innerHTML = html ?? "";
    if (errors?.length) {
      place.append(document.createElement("ul"));
      for (const error of errors) place.lastChild.append(Object.assign(document.createElement("li"), { textContent: error }));
    }
  });
  return () => {
    if (form.elements.probe_text.value.trim()) ask();
    else place.replaceChildren();
  };
}

export function live(form) {
  const acts = [form.dataset.points && table(form), form.dataset.try && probe(form)].filter(Boolean);
  if (!acts.length) return;
  const refresh = ({ target }) => {
    if (target.name?.startsWith("trial.") || target.name === "pasted" || target.name === "bank_tags") return;
    for (const act of acts) act();
  };
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  form.querySelector("[data-table]")?.closest("section").classList.add("live");
  acts[0]();
}

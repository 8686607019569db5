// A form that is heavier than the server takes is not sent: its fields would be lost on the way. It is said at the file.
const { most, tooLarge } = document.body.dataset;

const mega = (bytes) => (bytes / 1_000_000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
const weigh = (values) => new Blob(values).size;
const weightOf = (control) => weigh(control.type === "file" ? [...control.files] : [control.value ?? ""]);

/** Stands before all other listeners: none of them may think that the form is on its way. */
function guard(event) {
  const { target: form, submitter } = event;
  const weight = weigh([...new FormData(form, submitter).values()]);
  if (form.method !== "post" || weight <= Number(most)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const fields = [...form.elements].filter((one) => one.name && one.willValidate && one.type !== "submit");
  const heaviest = fields.reduce((one, other) => (weightOf(other) > weightOf(one) ? other : one));
  heaviest.setCustomValidity(tooLarge.replace("{weight}", mega(weight)).replace("{most}", mega(most)));
  for (const kind of ["input", "change"]) heaviest.addEventListener(kind, () => heaviest.setCustomValidity(""), { once: true });
  for (let place = heaviest.closest("details"); place; place = place.parentElement.closest("details")) place.open = true;
  heaviest.reportValidity();
}

if (most) window.addEventListener("submit", guard, { capture: true });

// Two sets of answers to one page: both are shown until the learner chooses; nothing is dropped before.
import { plainly, wordsOfHtml } from "../activities/parts/written.js";

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

function put(form, made) {
  form.parentElement.querySelector(".two-answers")?.remove();
  form.before(made);
  made.tabIndex = -1;
  made.focus();
  made.scrollIntoView({ block: "start" });
}

/** What stands in the form for a question, in words. */
function here(fieldset) {
  const told = [];
  for (const control of fieldset.querySelectorAll("input, select, textarea")) {
    if (["hidden", "file", "button", "submit"].includes(control.type)) continue;
    if (["checkbox", "radio"].includes(control.type)) {
      if (control.checked) told.push(control.closest("label")?.textContent.trim() ?? control.value);
    } else if (control.tagName === "SELECT") {
      if (control.value) told.push(control.selectedOptions[0].textContent.trim());
    } else if (plainly(control).trim()) told.push(plainly(control).trim());
  }
  return told.join(" · ");
}

function rows(form, made, theirs) {
  const list = made.querySelector("[data-rows]");
  for (const fieldset of form.querySelectorAll("fieldset[data-activity]")) {
    const [mine, other] = [here(fieldset), theirs(fieldset)];
    if (mine === other) continue;
    const row = made.querySelector("template").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-name]").textContent = fieldset.querySelector(".activity-name")?.textContent ?? "";
    row.querySelector("[data-mine]").textContent = mine || "–";
    row.querySelector("[data-theirs]").textContent = other || "–";
    list.append(row);
  }
}

/** The server has other answers, saved from another tab or device. */
export function conflict(form, answer, saver) {
  const made = clone("conflict-template");
  made.querySelector("[data-when]").textContent = answer.saved;
  rows(form, made, (fieldset) => answer.responses?.[fieldset.id] ?? "");
  made.querySelector("[data-keep=mine]").addEventListener("click", async () => {
    if (await saver.insist(answer.seq)) made.remove();
  });
  made.querySelector("[data-keep=theirs]").addEventListener("click", () => {
    saver.drop();
    location.assign(form.getAttribute("action"));
  });
  put(form, made);
}

/** The device has kept answers that another tab or device has overtaken. */
export function recovered(form, entry, choices) {
  const made = clone("recovered-template");
  const list = made.querySelector("[data-fields]");
  for (const [name, value] of entry.fields) {
    if (!name.includes(".") || name.endsWith(".format") || !value.trim()) continue;
    const fieldset = document.getElementById(name.split(".")[0]);
    const control = [...form.elements].find((one) => one.name === name && one.value === value);
    const item = document.createElement("li");
    const isHtml = entry.fields.some(([other, what]) => other === name.replace(/\.text$/, ".format") && what === "html");
    const words = control?.closest("label")?.textContent.trim() || (isHtml ? wordsOfHtml(value) : value);
    item.textContent = `${fieldset?.querySelector(".activity-name")?.textContent ?? ""} : ${words}`;
    list.append(item);
  }
  for (const [name, act] of Object.entries(choices)) {
    made.querySelector(`[data-choose=${name}]`).addEventListener("click", async () => {
      await act();
      made.remove();
    });
  }
  put(form, made);
}

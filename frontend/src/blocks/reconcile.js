// The blocks as the server has them, put in the place of those on the page. A block that is the same stays the node it
// is, with its editor and its caret; so does one in which something is not saved yet.

const ids = (place) => [...place.querySelectorAll(":scope > [data-block]")];
const byId = (place) => new Map(ids(place).map((section) => [section.dataset.block, section]));

/** What depends on the place of a block, from its fresh copy. */
function renumber(section, fresh) {
  section.dataset.place = fresh.dataset.place;
  section.querySelector(".block-top").replaceWith(fresh.querySelector(".block-top").cloneNode(true));
  const name = fresh.querySelector("[data-name]")?.textContent;
  for (const one of section.querySelectorAll("[data-name]")) one.textContent = name;
}

/** Bring the children of `place` into this order around the one that stays where it is: a node that moves loses its
 * focus and its caret. */
function order(place, wanted, pinned = wanted[0]) {
  for (const node of [...place.children]) if (!wanted.includes(node)) node.remove();
  if (!pinned) return;
  if (pinned.parentElement !== place) place.prepend(pinned);
  const at = wanted.indexOf(pinned);
  for (let one = at - 1, next = pinned; one >= 0; next = wanted[one], one -= 1) {
    if (next.previousElementSibling !== wanted[one]) next.before(wanted[one]);
  }
  for (let one = at + 1, before = pinned; one < wanted.length; before = wanted[one], one += 1) {
    if (before.nextElementSibling !== wanted[one]) before.after(wanted[one]);
  }
}

/**
 * doc: the page as the server has it. isBusy: whether a block must stay as it is. Returns {added, replaced, kept}: ids of
 * blocks that are new here, nodes that were put in place of older ones, and blocks that are gone there but busy here.
 */
export function reconcile(place, doc, isBusy) {
  const writing = document.activeElement.closest("[data-block]");
  const [fresh, old] = [doc.getElementById("blocks"), byId(place)];
  for (const one of place.querySelectorAll(":scope > .plus, :scope > .undo")) {
    if (one.matches(".plus")) one.remove();
  }
  const undo = [...place.querySelectorAll(":scope > .undo")];
  for (const one of undo) one.remove();
  const result = { added: [], replaced: [], kept: [] };
  const wanted = ids(fresh).map((section) => {
    const existing = old.get(section.dataset.block);
    old.delete(section.dataset.block);
    if (existing && (existing.dataset.digest === section.dataset.digest || isBusy(existing))) {
      renumber(existing, section);
      return existing;
    }
    const made = document.importNode(section, true);
    if (existing) {
      result.replaced.push(made);
      existing.replaceWith(made);
    } else {
      result.added.push(made);
    }
    return made;
  });
  for (const section of old.values()) {
    if (!isBusy(section)) continue;
    result.kept.push(section);
    wanted.splice(Math.min(wanted.length, Number(section.dataset.place) - 1), 0, section);
  }
  order(place, wanted, wanted.includes(writing) ? writing : wanted[0]);
  putBetween(place, fresh, undo);
  return result;
}

function putBetween(place, fresh, undo) {
  const blocks = byId(place);
  for (const plus of fresh.querySelectorAll(":scope > .plus")) {
    const made = document.importNode(plus, true);
    if (blocks.has(plus.dataset.behind)) blocks.get(plus.dataset.behind).after(made);
    else place.prepend(made);
  }
  for (const note of undo) {
    const before = blocks.get(note.dataset.behind);
    const plus = before ? before.nextElementSibling : place.querySelector(":scope > .plus");
    if (plus) plus.after(note);
    else place.prepend(note);
  }
}

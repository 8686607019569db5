// Where the journal is kept: this browser's storage; where that is forbidden or full, the memory of this page.
const PREFIX = "classeur:1:";
const memory = new Map();
let allowed = true;
try {
  localStorage.setItem(`${PREFIX}try`, "");
  localStorage.removeItem(`${PREFIX}try`);
} catch {
  allowed = false;
}

/** Whether what is written here outlives this page. */
export const lasts = () => allowed && !memory.size;

export function write(name, value) {
  const text = JSON.stringify(value);
  if (allowed) {
    try {
      localStorage.setItem(PREFIX + name, text);
      memory.delete(name);
      return;
    } catch {
      // full
    }
  }
  memory.set(name, text);
}

export function remove(name) {
  memory.delete(name);
  if (allowed) localStorage.removeItem(PREFIX + name);
}

/** [name, value] of all that is there. */
export function all() {
  const found = [...memory];
  for (let at = 0; allowed && at < localStorage.length; at += 1) {
    const name = localStorage.key(at);
    if (name.startsWith(PREFIX)) found.push([name.slice(PREFIX.length), localStorage.getItem(name)]);
  }
  return found.map(([name, text]) => [name, parsed(text)]);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

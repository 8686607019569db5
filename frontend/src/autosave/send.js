// One saving on its way to the server, and what came of it.
const PATIENCE = 20_000;
const KEEPALIVE_MOST = 60_000; // browsers carry no more than 64 kB for a page that is closed

function body(form, { fields, base, writer, seq }) {
  const data = new FormData();
  data.set("token", form.elements.token.value);
  for (const [name, value] of fields) data.append(name, value);
  data.set("base", base);
  data.set("writer", writer);
  data.set("seq", seq);
  return data;
}

const weight = (fields) => new Blob(fields.flat()).size;

/** {status, answer}; status 0: the server could not be reached. closing: the page is about to go. */
export async function send(form, saving, { closing = false } = {}) {
  try {
    const response = await fetch(form.getAttribute("action"), {
      method: "POST",
      body: body(form, saving),
      headers: { Accept: "application/json" },
      keepalive: closing && weight(saving.fields) < KEEPALIVE_MOST,
      signal: AbortSignal.timeout(PATIENCE),
    });
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    // an answer in between, such as a proxy's, is no acknowledgement
    if (response.ok && !isJson) return { status: 0 };
    return { status: response.status, answer: isJson ? await response.json() : null };
  } catch {
    return { status: 0 };
  }
}

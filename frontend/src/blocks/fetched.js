// The editor page as the server sends it after an action.
const PATIENCE = 30_000;
/** As the status of an action that leads to another page. */
export const LEFT = -1;

export class NotDone extends Error {
  constructor(status) {
    super(`status ${status}`);
    this.status = status;
  }
}

/** The page that an action leads to; its address says which block is meant. */
export async function post(url, data) {
  return page(url, { method: "POST", body: data });
}

export async function page(url, options = {}) {
  let response;
  try {
    response = await fetch(url, {
      ...options,
      headers: { Accept: "text/html" },
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new NotDone(0);
  }
  const doc = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!doc.getElementById("blocks")) {
    const isElsewhere = response.ok && response.redirected; // a form of its own, such as a question's
    if (isElsewhere) location.assign(response.url);
    throw new NotDone(isElsewhere ? LEFT : response.status);
  }
  return { doc, url: new URL(response.url), status: response.status };
}

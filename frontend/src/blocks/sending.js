// A file on its way to the server in pieces (tus), so that a cut connection costs one piece; it goes on where it stopped,
// also after the page was closed.
import { words } from "./words.js";

const PIECE = 2 * 1024 * 1024;
const DELAYS = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000, 30_000, 30_000, 30_000];

export class NotSent extends Error {}

/** Whether it is worth another try: nobody answered, somebody else holds the file, or the server is not well. */
function mayPass(error) {
  const status = error.originalResponse?.getStatus() ?? 0;
  return status < 400 || status === 409 || status === 423 || status >= 500;
}

function reason(error, unreachable) {
  try {
    const { problems, message, error: text } = JSON.parse(error.originalResponse.getBody());
    return problems?.map((one) => one.message).join(" ") ?? message ?? text;
  } catch {
    return unreachable ?? words("not-done");
  }
}

/**
 * Send a file; what the server says of it: {resource, name, url, …}. to: {uploads, token}. told: {progress(sent, total),
 * cut(), begun(abort), unreachable}, all may be missing. Fails with NotSent, whose message is for people.
 */
export async function sendFile(file, { uploads, token }, told = {}) {
  const { Upload } = await import("tus-js-client");
  return new Promise((resolve, reject) => {
    const sending = new Upload(file, {
      endpoint: uploads,
      chunkSize: PIECE,
      retryDelays: DELAYS,
      headers: { "X-Classeur-Token": token, Accept: "application/json" },
      metadata: { filename: file.name, filetype: file.type },
      removeFingerprintOnSuccess: true,
      onProgress: (sent, total) => told.progress?.(sent, total),
      onShouldRetry(error) {
        if (mayPass(error)) told.cut?.();
        return mayPass(error);
      },
      onError: (error) => reject(new NotSent(reason(error, told.unreachable))),
      onSuccess({ lastResponse }) {
        const resource = lastResponse.getHeader("X-Classeur-Resource");
        const body = lastResponse.getBody();
        resolve({ resource, ...(body ? JSON.parse(body) : {}) });
      },
    });
    told.begun?.(() => {
      sending.abort(true);
      reject(new NotSent(""));
    });
    sending.findPreviousUploads().then(([before]) => {
      if (before) sending.resumeFromPreviousUpload(before);
      sending.start();
    });
  });
}

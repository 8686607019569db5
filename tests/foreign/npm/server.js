// A tool made of @lti-tool/core and node's own HTTP server: login, launch, key set; POST /calls/<method> has the
// library do something in a session of a launch, so that a test can ask for it. Says its port on standard output.
import { createServer } from "node:http";
import { LTITool } from "@lti-tool/core";
import { Store } from "./store.js";

const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: "SHA-256",
};
const CALLS = new Set([
  "createDeepLinkingResponse",
  "createLineItem",
  "getLineItem",
  "getMembers",
  "getScores",
  "listLineItems",
  "submitScore",
  "updateLineItem",
]);

const store = new Store();
const tool = new LTITool({
  stateSecret: crypto.getRandomValues(new Uint8Array(32)),
  keyPair: await crypto.subtle.generateKey(RSA, true, ["sign", "verify"]),
  storage: store,
});

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

async function answer(request) {
  const url = new URL(request.url, `http://${request.headers.host}`);
  const sent = request.method === "POST" ? await body(request) : "";
  const form = Object.fromEntries(sent ? new URLSearchParams(sent) : url.searchParams);
  switch (url.pathname) {
    case "/login":
      return { location: await tool.handleLogin({ ...form, launchUrl: `${url.origin}/launch` }) };
    case "/launch":
      if (!form.id_token) throw new Error(`no id_token: ${form.error}`);
      return { json: await tool.createSession(await tool.verifyLaunch(form.id_token, form.state)) };
    case "/jwks":
      return { json: await tool.getJWKS() };
    case "/platforms":
      return { json: (await store.saveLaunchConfig(JSON.parse(sent))) ?? null };
  }
  const call = /^\/calls\/(\w+)$/.exec(url.pathname)?.[1];
  if (!CALLS.has(call)) throw new Error("not found");
  const { session, given } = JSON.parse(sent);
  return { json: (await tool[call](await tool.getSession(session), ...given)) ?? null };
}

const server = createServer((request, response) =>
  answer(request).then(
    ({ location, json }) =>
      location
        ? response.writeHead(302, { location }).end()
        : response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json)),
    (error) =>
      response
        .writeHead(400, { "content-type": "application/json" })
        .end(JSON.stringify({ error: error.message })),
  ),
);
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume(); // ends with the process that started it

// A tool that was opened in a tab of its own says there that it has registered; then the list is shown.
// (What it says in its frame is client_messages.js's business.)
const frame = document.getElementById("registration");
const done = ["org.imsglobal.lti.close", "lti.close"];
addEventListener("message", (event) => {
  const subject = event.data && event.data.subject;
  if (event.origin !== frame.dataset.origin || event.source === frame.contentWindow || !done.includes(subject)) return;
  if (event.source) event.source.close();
  location.assign(document.getElementById("back").href);
});

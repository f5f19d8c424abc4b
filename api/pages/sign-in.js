"use strict";

// A link's ticket stands after "#": the server never sees it in an address, and it is good for one use.
const word = document.getElementById("word");

async function signIn(shown) {
  word.textContent = "Signing in …";
  const answer = await ask(shown);
  if (!answer) {
    word.textContent = "The service does not answer. Is it running?";
    return;
  }
  if (answer.ok) {
    location.replace(next());
    return;
  }
  word.textContent = answer.status === 401 ? refusal(shown) : await told(answer);
}

async function ask(shown) {
  const headers = { "Content-Type": "application/json" };
  try {
    return await fetch("/v1/session", { method: "POST", headers, body: JSON.stringify(shown) });
  } catch {
    return null;
  }
}

// What another status says: a proxy in between answers without a problem document.
async function told(answer) {
  const problem = await answer.json().catch(() => null);
  return problem?.detail ?? `The service answered ${answer.status} ${answer.statusText}.`;
}

function refusal(shown) {
  return shown.ticket
    ? "This link was used before, or is too old. Make another with `gradus keys link`, or paste a key."
    : "This key is not known, has expired or was revoked.";
}

// Where the visitor wanted to go: a path of this service, and never another's address.
function next() {
  const given = new URLSearchParams(location.search).get("next") || "/";
  const wanted = URL.canParse(given, location.origin) && new URL(given, location.origin);
  return wanted && wanted.origin === location.origin ? wanted.pathname + wanted.search + wanted.hash : "/";
}

document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  signIn({ key: document.getElementById("key").value.trim() });
});

const ticket = location.hash.slice(1);
if (ticket) {
  history.replaceState(null, "", location.pathname + location.search);
  signIn({ ticket });
}

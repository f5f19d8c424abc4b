"use strict";

// A link's ticket stands after "#": the server never sees it in an address, and it is good for one use.
const word = document.getElementById("word");

async function signIn(shown) {
  word.textContent = "Signing in …";
  const answer = await fetch("/v1/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(shown),
  });
  if (answer.ok) {
    location.replace("/");
    return;
  }
  word.textContent = shown.ticket
    ? "This link was used before, or is too old. Make another with `gradus keys link`, or paste a key."
    : (await answer.json()).detail;
}

document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  signIn({ key: document.getElementById("key").value.trim() });
});

const ticket = location.hash.slice(1);
if (ticket) {
  history.replaceState(null, "", location.pathname);
  signIn({ ticket });
}

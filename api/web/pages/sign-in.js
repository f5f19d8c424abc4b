import { at } from "./dashboard/address.js";

// The ticket of a sign-in link is in the fragment of the address, which the server never sees. It can be used once.
const word = /** @type {HTMLElement} */ (document.getElementById("word"));

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
  if (answer.status === 401 && shown.ticket && (await isSignedIn())) {
    location.replace(next()); // the link was already used in this browser
    return;
  }
  word.textContent = answer.status === 401 ? refusal(shown) : await told(answer);
}

async function ask(shown) {
  const headers = { "Content-Type": "application/json" };
  try {
    return await fetch(at("/v1/session"), { method: "POST", headers, body: JSON.stringify(shown) });
  } catch {
    return null;
  }
}

async function isSignedIn() {
  const answer = await fetch(at("/v1/session")).catch(() => null);
  return answer?.ok ?? false;
}

// The message for any other status, such as the answer of a proxy, which is not a problem document.
async function told(answer) {
  const problem = await answer.json().catch(() => null);
  return problem?.detail ?? `The service answered ${answer.status} ${answer.statusText}.`;
}

function refusal(shown) {
  return shown.ticket
    ? "This link was used before, or is too old. `gradus open` makes another; or paste a key."
    : "This key is not known, has expired or was revoked.";
}

// The page that the user wanted to visit, always a page of this service. The path is resolved only once, here: if it
// were resolved again, it might begin with "//" by then, and name another host ("/.//evil.example").
function next() {
  const given = new URLSearchParams(location.search).get("next") || "/";
  const wanted = URL.canParse(given, location.origin) && new URL(given, location.origin);
  const isOwn = wanted && wanted.origin === location.origin && wanted.protocol === location.protocol;
  return location.origin + at(isOwn ? wanted.pathname + wanted.search + wanted.hash : "/");
}

const form = /** @type {HTMLFormElement} */ (document.getElementById("form"));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const key = /** @type {HTMLInputElement} */ (document.getElementById("key"));
  signIn({ key: key.value.trim() });
});
// Until this line has run, a click would submit the form in the HTML way, and lose the page that the user wanted to
// visit.
const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
button.disabled = false;

const ticket = location.hash.slice(1);
if (ticket) {
  history.replaceState(null, "", location.pathname + location.search);
  signIn({ ticket });
}

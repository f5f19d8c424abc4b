"use strict";

// Shows uncaught errors of a page, with a way to continue. This script runs before the modules and needs none of them,
// because it also reports modules that cannot be loaded.
{
  /** Not errors: a chart was resized, or a page was left during a request. */
  const HARMLESS = /^ResizeObserver loop|AbortError/;

  const say = (words) => {
    if (document.getElementById("fault")) return;
    const bar = Object.assign(document.createElement("div"), { id: "fault", className: "fault" });
    const text = Object.assign(document.createElement("p"), { textContent: words });
    const reload = Object.assign(document.createElement("button"), {
      className: "button",
      textContent: "Reload the page",
    });
    const leave = Object.assign(document.createElement("button"), { className: "button", textContent: "Dismiss" });
    bar.setAttribute("role", "alert");
    reload.addEventListener("click", () => location.reload());
    leave.addEventListener("click", () => bar.remove());
    bar.append(text, reload, leave);
    document.body.append(bar);
  };

  const fault = (what) => {
    if (!HARMLESS.test(String(what))) say(`Something went wrong on this page: ${what?.message ?? what}`);
  };

  addEventListener("error", ({ target, error, message }) => {
    if (target === window) fault(error ?? message);
    else if (target instanceof HTMLScriptElement && target.type === "module") {
      say("The page could not be loaded. Is the service still running?");
    }
  }, true);
  addEventListener("unhandledrejection", ({ reason }) => fault(reason));
}

"use strict";

// What went wrong on a page and nobody caught is said, with a way on. It runs before the modules, and needs none of them:
// that they could not be loaded is what it has to say, too.
{
  /** No fault: a chart was resized, or a page was left while something was asked for. */
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

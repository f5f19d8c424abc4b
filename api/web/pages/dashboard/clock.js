// The service's clock: ages and ends are reckoned by it, however wrong the browser's own may be.

/** Milliseconds by which it is ahead of the browser's. */
let ahead = 0;

/** Learn the time from an answer that was waited for so long. Its date is cut to the second. */
export const learnTime = (answer, waited) => {
  const date = Date.parse(answer.headers.get("Date"));
  if (Number.isNaN(date)) return;
  const least = date - Date.now();
  ahead = Math.min(Math.max(ahead, least), least + waited + 1000);
};

/** Now, in milliseconds since 1970. */
export const now = () => Date.now() + ahead;

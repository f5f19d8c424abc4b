// The service's clock, by which ages and ends are computed, because the browser's clock may be wrong.

/** Milliseconds by which the service's clock is ahead of the browser's. */
let ahead = 0;

/** Set the clock by an answer, given the duration of the request. The answer's date is truncated to seconds. */
export const learnTime = (answer, waited) => {
  const date = Date.parse(answer.headers.get("Date"));
  if (Number.isNaN(date)) return;
  const least = date - Date.now();
  ahead = Math.min(Math.max(ahead, least), least + waited + 1000);
};

/** The service's time in milliseconds since 1970. */
export const now = () => Date.now() + ahead;

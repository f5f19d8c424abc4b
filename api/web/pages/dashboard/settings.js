// What a person has set, kept by the browser; one that keeps nothing knows it as long as the page is there.

const here = new Map();

/** @returns {string | null} */
export const setting = (key) => {
  if (here.has(key)) return here.get(key);
  try {
    return localStorage.getItem(key);
  } catch { // even to look is refused where storage is blocked
    return null;
  }
};

export const keepSetting = (key, value) => {
  try {
    localStorage.setItem(key, value);
    here.delete(key);
  } catch { // blocked, or full
    here.set(key, value);
  }
};

// The user's settings, stored by the browser; if storage is blocked, they last as long as the page.

const here = new Map();

/** @returns {string | null} */
export const setting = (key) => {
  if (here.has(key)) return here.get(key);
  try {
    return localStorage.getItem(key);
  } catch { // if storage is blocked, even reading fails
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

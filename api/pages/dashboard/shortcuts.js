// Whether single keys do something: those who speak to their computer, or hit keys by chance, switch them off.

const KEY = "gradus-shortcuts";

export const areShortcutsOn = () => localStorage.getItem(KEY) !== "off";

export const switchShortcuts = (on) => localStorage.setItem(KEY, on ? "on" : "off");

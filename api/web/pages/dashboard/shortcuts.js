// Whether single keys do something: those who speak to their computer, or hit keys by chance, switch them off.

import { keepSetting, setting } from "./settings.js";

const KEY = "gradus-shortcuts";

export const areShortcutsOn = () => setting(KEY) !== "off";

export const switchShortcuts = (on) => keepSetting(KEY, on ? "on" : "off");

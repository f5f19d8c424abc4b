// Whether single-key shortcuts are on. Users of speech input, or those who press keys by accident, can switch them off.

import { keepSetting, setting } from "./settings.js";

const KEY = "gradus-shortcuts";

export const areShortcutsOn = () => setting(KEY) !== "off";

export const switchShortcuts = (on) => keepSetting(KEY, on ? "on" : "off");

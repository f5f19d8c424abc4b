// One stream for all tabs, because a browser opens only six connections to a service.

import { Connection } from "./connection.js";

const tabs = new Set();
let connection = null;

const tell = (message) => tabs.forEach((tab) => tab.postMessage(message));

const join = (tab, { url }) => {
  tabs.add(tab);
  if (connection) tab.postMessage({ state: connection.state });
  else connection = new Connection(url, tell);
};

const leave = (tab) => {
  tabs.delete(tab);
  tab.close();
  if (tabs.size) return;
  connection?.close();
  connection = null;
};

const ASKED = { join, leave, check: (_, { silence }) => connection?.check(silence) };

addEventListener("connect", (event) => {
  const [tab] = /** @type {MessageEvent} */ (event).ports;
  tab.onmessage = ({ data }) => ASKED[data.ask](tab, data);
});

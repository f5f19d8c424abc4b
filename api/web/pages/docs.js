import { at } from "./dashboard/address.js";

const { SwaggerUIBundle } = /** @type {any} */ (globalThis);

SwaggerUIBundle({
  url: at("/openapi.json"),
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
  layout: "BaseLayout",
  deepLinking: true,
  showExtensions: true,
  showCommonExtensions: true,
  validatorUrl: null,
  tryItOutEnabled: true,
});

fetch(at("/v1/session")).then(
  ({ status }) => {
    const note = /** @type {HTMLElement} */ (document.getElementById("signed-out"));
    note.hidden = status !== 401;
  },
  () => {},
);

import { at } from "./dashboard/address.js";

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
  (answer) => (document.getElementById("signed-out").hidden = answer.status !== 401),
  () => {},
);

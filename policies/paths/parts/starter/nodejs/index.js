{% if values.type == 'service' %}
import { createServer } from "node:http";
import pino from "pino";
import { Counter, register } from "prom-client";

const log = pino();
const requests = new Counter({ name: "http_requests_total", help: "Requests answered", labelNames: ["code"] });
const port = Number(process.env.PORT ?? ${{ values.port }});

createServer(async (request, response) => {
  if (request.url === "/metrics") {
    response.setHeader("content-type", register.contentType).end(await register.metrics());
    return;
  }
  response.statusCode = request.url === "/healthz" ? 204 : 404;
  requests.inc({ code: response.statusCode });
  response.end();
}).listen(port, () => log.info({ port }, "listening"));
{% else %}
import pino from "pino";

const log = pino();
{% if values.type == 'worker' %}
const waiting = setInterval(() => {}, 60_000);
process.on("SIGTERM", () => {
  clearInterval(waiting);
  log.info("done");
});
log.info("waiting for work");
{% else %}
log.info("done");
{% endif %}
{% endif %}

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
{% elif values.type == 'worker' %}
import { createServer } from "node:http";
import pino from "pino";
import { Counter, register } from "prom-client";

const log = pino();
// Count here what is worked off: `done.inc()`.
const done = new Counter({ name: "jobs_done_total", help: "Jobs worked off" });
const port = Number(process.env.PORT ?? ${{ values.port }});

const metrics = createServer(async (request, response) => {
  if (request.url === "/metrics") {
    response.setHeader("content-type", register.contentType).end(await register.metrics());
    return;
  }
  response.statusCode = 404;
  response.end();
}).listen(port, () => log.info({ port }, "waiting for work"));

process.on("SIGTERM", () => {
  metrics.close(() => log.info("done"));
  metrics.closeAllConnections();
});
{% else %}
import pino from "pino";

pino().info("done");
{% endif %}

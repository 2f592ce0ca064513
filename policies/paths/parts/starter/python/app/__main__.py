{% if values.type == 'service' %}
"""Answers on /healthz and counts what it answered on /metrics."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

structlog.configure(processors=[structlog.processors.TimeStamper(), structlog.processors.JSONRenderer()])
log = structlog.get_logger()
requests = Counter("http_requests", "Requests answered", ["code"])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        known = {"/healthz": 204, "/metrics": 200}
        code = known.get(self.path, 404)
        requests.labels(code).inc()
        self.send_response(code)
        if code == 200:
            self.send_header("content-type", CONTENT_TYPE_LATEST)
        self.end_headers()
        if code == 200:
            self.wfile.write(generate_latest())

    def log_message(self, *_):
        pass


port = int(os.environ.get("PORT", "${{ values.port }}"))
log.info("listening", port=port)
ThreadingHTTPServer(("", port), Handler).serve_forever()
{% elif values.type == 'worker' %}
"""Does its work until it is told to stop, and counts it on /metrics."""

import os
import signal

import structlog
from prometheus_client import Counter, start_http_server

structlog.configure(processors=[structlog.processors.TimeStamper(), structlog.processors.JSONRenderer()])
log = structlog.get_logger()
# Count here what is worked off: `done.inc()`.
done = Counter("jobs_done", "Jobs worked off")

# Before any thread starts, so that each waits for `sigwait` below.
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
port = int(os.environ.get("PORT", "${{ values.port }}"))
start_http_server(port)
log.info("waiting for work", port=port)
signal.sigwait({signal.SIGTERM, signal.SIGINT})
log.info("done")
{% else %}
"""Does its work and says so."""

import structlog

structlog.configure(processors=[structlog.processors.TimeStamper(), structlog.processors.JSONRenderer()])
log = structlog.get_logger()
log.info("done")
{% endif %}

{% if values.type == 'service' %}
// Command ${{ values.name }} answers on /healthz and counts what it answered on /metrics.
package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	var answered atomic.Int64
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answered.Add(1)
		w.WriteHeader(http.StatusNoContent)
	})
	http.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "# TYPE http_requests_total counter\nhttp_requests_total{code=\"204\"} %d\n", answered.Load())
	})
	port := cmp.Or(os.Getenv("PORT"), "${{ values.port }}")
	log.Info("listening", "port", port)
	if err := http.ListenAndServe(":"+port, nil); err != nil {
		log.Error("stopped", "error", err)
		os.Exit(1)
	}
}
{% else %}
// Command ${{ values.name }} does its work and says so.
package main

import (
	"log/slog"
	"os"
{% if values.type == 'worker' %}
	"os/signal"
	"syscall"
{% endif %}
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
{% if values.type == 'worker' %}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	log.Info("waiting for work")
	<-stop
{% endif %}
	log.Info("done")
}
{% endif %}

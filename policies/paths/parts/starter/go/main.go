{% if values.type == 'service' %}
// Command ${{ values.name }} answers on /healthz and counts what it answered on /metrics.
package main

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"

	"go.uber.org/zap"
)

func main() {
	log := zap.Must(zap.NewProduction())
	var answered atomic.Int64
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answered.Add(1)
		w.WriteHeader(http.StatusNoContent)
	})
	http.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "# TYPE http_requests_total counter\nhttp_requests_total{code=\"204\"} %d\n", answered.Load())
	})
	port := cmp.Or(os.Getenv("PORT"), "${{ values.port }}")
	log.Info("listening", zap.String("port", port))
	if err := http.ListenAndServe(":"+port, nil); err != nil {
		log.Fatal("stopped", zap.Error(err))
	}
}
{% elif values.type == 'worker' %}
// Command ${{ values.name }} does its work until it is told to stop, and counts it on /metrics.
package main

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"go.uber.org/zap"
)

func main() {
	log := zap.Must(zap.NewProduction())
	// Count here what is worked off.
	var done atomic.Int64
	http.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "# TYPE jobs_done_total counter\njobs_done_total %d\n", done.Load())
	})
	port := cmp.Or(os.Getenv("PORT"), "${{ values.port }}")
	go func() {
		log.Fatal("no metrics", zap.Error(http.ListenAndServe(":"+port, nil)))
	}()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	log.Info("waiting for work", zap.String("port", port))
	<-stop
	log.Info("done")
}
{% else %}
// Command ${{ values.name }} does its work and says so.
package main

import "go.uber.org/zap"

func main() {
	log := zap.Must(zap.NewProduction())
	log.Info("done")
}
{% endif %}

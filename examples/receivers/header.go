// A receiver that knows the sender by a header of its own, standard library only: SECRET=… go run header.go
package main

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

const secretHeader = "X-Webhook-Secret"

func main() {
	secret := os.Getenv("SECRET")
	// An empty value would accept what anybody sends.
	if secret == "" {
		log.Fatalf("SECRET must be the value that the endpoint sends in %s", secretHeader)
	}
	receive := func(response http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, 2<<20))
		known := subtle.ConstantTimeCompare([]byte(request.Header.Get(secretHeader)), []byte(secret)) == 1
		if err != nil || !known {
			response.WriteHeader(http.StatusUnauthorized)
			return
		}
		// Remember ids that were handled, and answer a repeat like the first.
		var event struct{ ID, Event string }
		if json.Unmarshal(body, &event) == nil {
			fmt.Println(event.ID, event.Event)
		}
		response.WriteHeader(http.StatusNoContent)
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "9000"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%s/\n", listener.Addr())
	log.Fatal(http.Serve(listener, http.HandlerFunc(receive)))
}

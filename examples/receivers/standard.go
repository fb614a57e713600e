// A receiver of Standard Webhooks, standard library only: SECRET=whsec_… go run standard.go
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const tolerance = 300 * time.Second

// Ids of what was handled. In production a unique column, written in the transaction that handles the event.
var handled sync.Map

// verify tells whether a request is a webhook for this endpoint, by Standard Webhooks 1.0.0 with HMAC (v1).
// body is the raw body, before any JSON parser; key is what follows whsec_, decoded.
func verify(header http.Header, body, key []byte, now time.Time) bool {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, timestamp, body)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	// Several signatures, separated by spaces: during a rotation one is made with the old secret.
	for _, signature := range strings.Fields(header.Get("webhook-signature")) {
		if hmac.Equal([]byte(signature), []byte(expected)) {
			return true
		}
	}
	return false
}

func main() {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("SECRET"), "whsec_"))
	// An empty key would accept what anybody signs with an empty key.
	if err != nil || len(key) == 0 {
		log.Fatal("SECRET must be the secret of the endpoint, as it was answered at its creation")
	}
	receive := func(response http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, 2<<20))
		if err != nil || !verify(request.Header, body, key, time.Now()) {
			response.WriteHeader(http.StatusUnauthorized)
			return
		}
		id := request.Header.Get("webhook-id")
		if _, repeated := handled.LoadOrStore(id, true); !repeated {
			var event struct{ Type string }
			if json.Unmarshal(body, &event) == nil {
				fmt.Println(id, event.Type)
			}
		}
		// A repeat is answered like the first: what matters to the sender is that it has arrived.
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

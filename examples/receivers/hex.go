// A receiver of webhooks that are signed in hex, standard library only: SECRET=… go run hex.go
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
)

const signatureHeader = "X-FLTR-Signature"

// verify tells whether the signature is that of the raw body, in constant time. The key is the secret's whole text, a
// whsec_ in front included.
func verify(signature string, body []byte, secret string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	expected := hex.EncodeToString(mac.Sum(nil))
	return hmac.Equal([]byte(strings.TrimPrefix(signature, "sha256=")), []byte(expected))
}

func main() {
	secret := os.Getenv("SECRET")
	// An empty key would accept what anybody signs with an empty key.
	if secret == "" {
		log.Fatal("SECRET must be the secret of the endpoint, as it was answered at its creation")
	}
	receive := func(response http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, 2<<20))
		if err != nil || !verify(request.Header.Get(signatureHeader), body, secret) {
			response.WriteHeader(http.StatusUnauthorized)
			return
		}
		// The signature has no time in it: remember ids that were handled, and answer a repeat like the first.
		var event struct{ Event string }
		if json.Unmarshal(body, &event) == nil {
			fmt.Println(event.Event)
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

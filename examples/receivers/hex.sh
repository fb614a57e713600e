#!/bin/sh
# Sends a receiver what an endpoint with this secret would send it, signed in hex, and prints the answer's status:
#   SECRET=… sh hex.sh http://127.0.0.1:9000/
set -eu
body='{"id":"evt_1","event":"test","timestamp":"2026-01-15T10:30:00Z","data":{}}'

# The key is the secret's whole text, a whsec_ in front included.
signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d ' ' -f 1)

curl --silent --show-error --output /dev/null --write-out '%{http_code}\n' "${1:-http://127.0.0.1:9000/}" \
  -H 'content-type: application/json' \
  -H "X-FLTR-Signature: $signature" \
  --data-binary "$body"

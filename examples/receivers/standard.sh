#!/bin/sh
# Sends a receiver what an endpoint with this secret would send it, by Standard Webhooks, and prints the answer's status:
#   SECRET=whsec_… sh standard.sh http://127.0.0.1:9000/
set -eu
id=evt_$(openssl rand -hex 12)
timestamp=$(date +%s)
body='{"type":"order.created","timestamp":"2026-01-15T10:30:00.000Z","data":{"total":42}}'

# The key is what follows whsec_, decoded; what is signed is id.timestamp.body.
key=$(printf %s "${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')
signature=$(printf '%s.%s.%s' "$id" "$timestamp" "$body" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)

curl --silent --show-error --output /dev/null --write-out '%{http_code}\n' "${1:-http://127.0.0.1:9000/}" \
  -H 'content-type: application/json' \
  -H "webhook-id: $id" \
  -H "webhook-timestamp: $timestamp" \
  -H "webhook-signature: v1,$signature" \
  --data-binary "$body"

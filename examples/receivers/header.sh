#!/bin/sh
# Sends a receiver what an endpoint with this header would send it, and prints the answer's status:
#   SECRET=… sh header.sh http://127.0.0.1:9000/
set -eu
curl --silent --show-error --output /dev/null --write-out '%{http_code}\n' "${1:-http://127.0.0.1:9000/}" \
  -H 'content-type: application/json' \
  -H "X-Webhook-Secret: $SECRET" \
  --data-binary '{"event":"test","id":"evt_1","timestamp":"2026-01-15T10:30:00.000Z","data":{}}'

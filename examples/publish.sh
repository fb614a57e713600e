#!/bin/sh
# Publishes one event so that a second try does no harm: the id is chosen here, and the same id again is answered with
# the first result. Tries again by itself while Waybill cannot be reached.
#
#   KEY=wb_… examples/publish.sh order.created '{"total":42}' [id]
set -eu
type=$1
data=$2
id=${3:-order-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}

curl --silent --show-error --fail --retry 5 --retry-connrefused \
  "${URL:-http://127.0.0.1:8420}/v1/events" \
  -H "authorization: Bearer $KEY" \
  -H 'content-type: application/json' \
  -d "{\"id\":\"$id\",\"type\":\"$type\",\"data\":$data}"

"""A receiver of Standard Webhooks, standard library only: SECRET=whsec_... python3 standard.py"""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300


def verify_standard_webhook(headers, body: bytes, secret: str, now=None) -> bool:
    """Whether a request is a webhook for this endpoint, by Standard Webhooks 1.0.0 with HMAC (v1).

    `body` is the raw body, before any JSON parser; `secret` is the endpoint's whsec_... text.
    """
    webhook_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not webhook_id or not (timestamp.isascii() and timestamp.isdigit()):
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{webhook_id}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
    # Several signatures, separated by spaces: during a rotation one is made with the old secret.
    received = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(signature.encode(), expected) for signature in received)


class Receiver(BaseHTTPRequestHandler):
    secret = ""
    # Ids of what was handled. In production a unique column, written in the transaction that handles the event.
    handled = set()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not verify_standard_webhook(self.headers, body, self.secret):
            self.answer(401)
            return
        webhook_id = self.headers["webhook-id"]
        if webhook_id not in self.handled:
            self.handled.add(webhook_id)
            print(webhook_id, json.loads(body)["type"], flush=True)
        # A repeat is answered like the first: what matters to the sender is that it has arrived.
        self.answer(204)

    def answer(self, status: int):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    Receiver.secret = os.environ["SECRET"]
    # An empty key would accept what anybody signs with an empty key.
    if not Receiver.secret:
        raise SystemExit("SECRET must be the secret of the endpoint, as it was answered at its creation")
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()

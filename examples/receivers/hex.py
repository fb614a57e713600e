"""A receiver of webhooks that are signed in hex, standard library only: SECRET=... python3 hex.py"""

import hashlib
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIGNATURE_HEADER = "X-FLTR-Signature"


def verify_hex_signature(signature: str, body: bytes, secret: str) -> bool:
    """Whether the signature is that of the raw body. The key is the secret's whole text, a whsec_ in front included."""
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.removeprefix("sha256=").encode(), expected.encode())


class Receiver(BaseHTTPRequestHandler):
    secret = ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not verify_hex_signature(self.headers.get(SIGNATURE_HEADER, ""), body, self.secret):
            self.answer(401)
            return
        # The signature has no time in it: remember ids that were handled, and answer a repeat like the first.
        print(json.loads(body)["event"], flush=True)
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

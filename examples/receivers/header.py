"""A receiver that knows the sender by a header of its own, standard library only: SECRET=... python3 header.py"""

import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET_HEADER = "X-Webhook-Secret"


class Receiver(BaseHTTPRequestHandler):
    secret = ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        # In constant time.
        if not hmac.compare_digest(self.headers.get(SECRET_HEADER, "").encode(), self.secret.encode()):
            self.answer(401)
            return
        # Remember ids that were handled, and answer a repeat like the first.
        event = json.loads(body)
        print(event["id"], event["event"], flush=True)
        self.answer(204)

    def answer(self, status: int):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    Receiver.secret = os.environ["SECRET"]
    # An empty value would accept what anybody sends.
    if not Receiver.secret:
        raise SystemExit(f"SECRET must be the value that the endpoint sends in {SECRET_HEADER}")
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()

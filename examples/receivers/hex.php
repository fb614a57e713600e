<?php
// A receiver of webhooks that are signed in hex, without any package: SECRET=… php -S 127.0.0.1:9000 hex.php

const SIGNATURE_HEADER = 'X-FLTR-Signature';

/** Whether the signature is that of the raw body. The key is the secret's whole text, a whsec_ in front included. */
function verify(string $signature, string $body, string $secret): bool
{
    return hash_equals(hash_hmac('sha256', $body, $secret), preg_replace('/^sha256=/', '', $signature));
}

$secret = (string) getenv('SECRET');
// An empty key would accept what anybody signs with an empty key.
if ($secret === '') {
    http_response_code(500);
    exit('SECRET must be the secret of the endpoint, as it was answered at its creation');
}

$signature = $_SERVER['HTTP_' . strtoupper(strtr(SIGNATURE_HEADER, '-', '_'))] ?? '';
$body = file_get_contents('php://input');
if (!verify($signature, $body, $secret)) {
    http_response_code(401);
    exit;
}

// The signature has no time in it: remember ids that were handled, and answer a repeat like the first.
error_log(json_decode($body, true)['event']);
http_response_code(204);

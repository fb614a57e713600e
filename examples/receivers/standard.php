<?php
// A receiver of Standard Webhooks, without any package: SECRET=whsec_… php -S 127.0.0.1:9000 standard.php

const TOLERANCE_SECONDS = 300;

/** Whether a request is a webhook for this endpoint, by Standard Webhooks 1.0.0 with HMAC (v1). $body is the raw body. */
function verify(string $id, string $timestamp, string $signatures, string $body, string $key): bool
{
    if ($id === '' || !ctype_digit($timestamp) || abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    // Several signatures, separated by spaces: during a rotation one is made with the old secret.
    foreach (explode(' ', $signatures) as $signature) {
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}

$key = base64_decode(preg_replace('/^whsec_/', '', (string) getenv('SECRET')), true);
// An empty key would accept what anybody signs with an empty key.
if ($key === false || $key === '') {
    http_response_code(500);
    exit('SECRET must be the secret of the endpoint, as it was answered at its creation');
}

$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$signatures = $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '';
$body = file_get_contents('php://input');
if (!verify($id, $timestamp, $signatures, $body, $key)) {
    http_response_code(401);
    exit;
}

// Remember $id in a unique column, in the transaction that handles the event, and answer a repeat like the first.
error_log("$id " . json_decode($body, true)['type']);
http_response_code(204);

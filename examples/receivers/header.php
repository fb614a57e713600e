<?php
// A receiver that knows the sender by a header of its own, without any package: SECRET=… php -S 127.0.0.1:9000 header.php

const SECRET_HEADER = 'X-Webhook-Secret';

$secret = (string) getenv('SECRET');
// An empty value would accept what anybody sends.
if ($secret === '') {
    http_response_code(500);
    exit('SECRET must be the value that the endpoint sends in ' . SECRET_HEADER);
}

$received = $_SERVER['HTTP_' . strtoupper(strtr(SECRET_HEADER, '-', '_'))] ?? '';
// In constant time.
if (!hash_equals($secret, $received)) {
    http_response_code(401);
    exit;
}

// Remember ids that were handled, and answer a repeat like the first.
$event = json_decode(file_get_contents('php://input'), true);
error_log("{$event['id']} {$event['event']}");
http_response_code(204);

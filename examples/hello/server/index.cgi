#!/bin/busybox sh
# Answers every request for `/`. With HELLO_BROKEN set it always fails, so that its health check never passes.
if [ -n "$HELLO_BROKEN" ]; then
    printf 'Status: 503 Service Unavailable\r\nContent-Type: text/plain\r\n\r\nbroken on purpose\n'
    exit 0
fi
read -r up _ < /proc/uptime
printf 'Content-Type: text/plain\r\n\r\nhello from %s, version %s, to %s, %s s after boot\n' \
    "$(/bin/busybox hostname)" "$HELLO_VERSION" "$REMOTE_ADDR" "$up"

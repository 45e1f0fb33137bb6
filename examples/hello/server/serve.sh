#!/bin/busybox sh
# The web server beside a shell that ends with it: the first process of a container has no default signal handlers.
/bin/busybox httpd -f -p "${PORT:-8080}" -h www &
server=$!
trap 'kill "$server"; exit 0' TERM INT
echo "hello-server ${HELLO_VERSION:-}: listening on port ${PORT:-8080}"
wait "$server"

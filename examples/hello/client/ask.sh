#!/bin/busybox sh
# Asks the server once a second and prints what it hears. Without isolation host names do not resolve; the agent then
# gives the address of each allowed connection as AOS_PEER_<HOST NAME>.
# `timeout` and not wget's -T, at which Debian 12's static busybox crashes.
trap 'exit 0' TERM INT
server="${AOS_PEER_HELLO_SERVER:-hello-server}"
while :; do
    if answer=$(/bin/busybox timeout 3 /bin/busybox wget -q -O - "http://$server:${PORT:-8080}/" 2>&1); then
        echo "heard: $answer"
    else
        echo "no answer from $server: $answer"
    fi
    /bin/busybox sleep 1 &
    wait $!
done

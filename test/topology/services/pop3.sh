#!/bin/sh
# As much of POP3 (RFC 1939) as it takes to fetch the message.
say() { printf '%s\r\n' "$1"; }
say '+OK POP3'
while read -r line; do
    case "$line" in
        USER* | PASS*) say '+OK' ;;
        RETR*)
            say '+OK'
            cat /message
            say .
            ;;
        QUIT*)
            say '+OK Bye'
            exit
            ;;
        *) say '-ERR' ;;
    esac
done

#!/bin/sh
# As much of SMTP (RFC 5321) as it takes to leave a message: one connection, on standard input and output.
say() { printf '%s\r\n' "$1"; }
say '220 mail.example.com SMTP'
while read -r line; do
    case "$line" in
        HELO* | EHLO*) say '250 mail.example.com' ;;
        MAIL* | RCPT*) say '250 OK' ;;
        DATA*)
            say '354 End with a dot'
            while read -r line && [ "${line%"$(printf '\r')"}" != . ]; do
                echo "$line" >> /message
            done
            say '250 Queued'
            ;;
        QUIT*)
            say '221 Bye'
            exit
            ;;
        *) say '500 Unknown' ;;
    esac
done

#!/bin/sh
# As much of IMAP (RFC 3501) as it takes to count the messages.
say() { printf '%s\r\n' "$1"; }
say '* OK IMAP4rev1'
while read -r tag command _; do
    case "$command" in
        LOGIN*) say "$tag OK LOGIN" ;;
        SELECT*)
            test -s /message && say '* 1 EXISTS' || say '* 0 EXISTS'
            say "$tag OK SELECT"
            ;;
        LOGOUT*)
            say '* BYE'
            say "$tag OK LOGOUT"
            exit
            ;;
        *) say "$tag BAD" ;;
    esac
done

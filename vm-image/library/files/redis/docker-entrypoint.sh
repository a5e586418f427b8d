#!/bin/sh
# Starts the server as its own user. Arguments that are options or a configuration file are for it.
set -e

case "$1" in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "$1" = redis-server ]; then
  # A container is reached by its published ports only, so the server may answer other hosts without
  # a password; who sets up either decides for themselves.
  case " $* " in
    *" --protected-mode "* | *" --requirepass "* | *.conf*) ;;
    *) set -- "$@" --protected-mode no ;;
  esac
  if [ "$(id -u)" = 0 ]; then
    chown -R redis:redis . 2>/dev/null || true
    exec su -s /bin/sh -- redis -c 'exec "$0" "$@"' "$@"
  fi
fi

exec "$@"

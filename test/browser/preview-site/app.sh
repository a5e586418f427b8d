# One connection: what nginx has no module for. Started by socat, standard input and output are the connection.
read -r method target _
length=0 key=
while IFS= read -r line && line=${line%$'\r'} && [ -n "$line" ]; do
  case ${line,,} in
    content-length:*) length=${line#*: } ;;
    sec-websocket-key:*) key=${line#*: } ;;
  esac
done
case $target in
  /app/upload)
    count=$(head -c "$length" | wc -c)
    printf 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%s' "$count"
    ;;
  /app/events)
    printf 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n'
    for n in 1 2 3; do
      printf 'data: tick %s\n\n' $n
      sleep 0.2
    done
    ;;
  /app/echo)
    sum=$(printf '%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11' "$key" | openssl dgst -sha1 -binary | base64)
    printf 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    printf 'Sec-WebSocket-Accept: %s\r\n\r\n' "$sum"
    # Short frames only.
    while head=$(head -c 2 | xxd -p) && [ -n "$head" ]; do
      size=$((16#${head:2:2} & 127))
      mask=$(head -c 4 | xxd -p)
      data=$(head -c $size | xxd -p -c 256)
      out=
      for ((i = 0; i < size; i++)); do
        byte=$((16#${data:2*i:2} ^ 16#${mask:2*(i%4):2}))
        out+=$(printf '\\x%02x' $byte)
      done
      printf "\\x${head:0:2}$(printf '\\x%02x' $size)$out"
      [ "${head:0:2}" = 88 ] && break
    done
    ;;
esac

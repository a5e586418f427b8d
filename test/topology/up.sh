#!/bin/sh
# A small Internet of twelve containers on six networks, in the shape of the "fopnp" playground: two homes behind modems
# that translate addresses, their provider, a backbone, and a site with its servers.
#
#   h1 h2 h3 ── modema ─┐                                              ┌── shell (telnet, SSH)
#               (NAT)   ├── isp ── backbone ── example (router) ───────┼── mail  (SMTP, POP3, IMAP)
#         h4 ── modemb ─┘                                              └── www   (HTTP)
#
# Needs the image busybox, and iptables, nsenter and dropbear of the machine. `down.sh` removes all of it.
set -e
services=$(cd "$(dirname "$0")" && pwd)/services

# The image of the hosts: busybox with dropbear's SSH server and client, and a key that opens every host to every other.
context=$(mktemp -d)
for program in /usr/sbin/dropbear /usr/bin/dbclient; do
    ldd "$program" | grep -o '/[^ ]*' | xargs cp -L --parents -t "$context" "$program"
done
mkdir -p "$context/etc/dropbear"
mkdir -m 700 "$context/root" "$context/root/.ssh"
dropbearkey -t ed25519 -f "$context/root/.ssh/id_dropbear" | grep ^ssh > "$context/root/.ssh/authorized_keys"
dropbearkey -t ed25519 -f "$context/etc/dropbear/host_key" > /dev/null
printf 'FROM busybox\nCOPY . /\n' | docker build -q -t topology-host -f - "$context" > /dev/null
rm -r "$context"

network() { # name subnet: the machine's own address is kept out of the way, at the end
    docker network create --subnet "$2.0/24" --gateway "$2.254" "$1" > /dev/null
}

names="--add-host shell.example.com:10.130.1.21 --add-host mail.example.com:10.130.1.22
 --add-host www.example.com:10.130.1.23"

host() { # name network address gateway command…
    name=$1 net=$2 address=$3 gateway=$4
    shift 4
    docker run -d --name "$name" --hostname "$name" --network "$net" --ip "$address" \
        --cap-add NET_ADMIN --sysctl net.ipv4.ip_forward=1 $names -v "$services:/services:ro" \
        topology-host "$@" > /dev/null
    if [ "$gateway" = none ]; then
        docker exec "$name" ip route del default
    else
        docker exec "$name" ip route replace default via "$gateway"
    fi
}

router() { # name network address network address gateway: stands in both networks and passes on
    host "$1" "$2" "$3" none sleep 100000
    docker network connect --ip "$5" "$4" "$1"
    if [ "$6" = none ]; then
        docker exec "$1" ip route del default 2> /dev/null || true
    else
        docker exec "$1" ip route replace default via "$6"
    fi
}

translate() { # name interface: what leaves there has the router's own address
    nsenter -t "$(docker inspect -f '{{.State.Pid}}' "$1")" -n \
        iptables -t nat -A POSTROUTING -o "$2" -j MASQUERADE
}

network home-a 192.168.1
network home-b 192.168.2
network isp 10.25.1
network backbone 10.1.0
network transit 10.1.1
network example 10.130.1

router backbone backbone 10.1.0.3 transit 10.1.1.3 none
router isp isp 10.25.1.2 backbone 10.1.0.2 10.1.0.3
router example transit 10.1.1.4 example 10.130.1.2 10.1.1.3
docker exec backbone ip route add 10.25.1.0/24 via 10.1.0.2
docker exec backbone ip route add 10.130.1.0/24 via 10.1.1.4

router modema home-a 192.168.1.2 isp 10.25.1.65 10.25.1.2
router modemb home-b 192.168.2.2 isp 10.25.1.66 10.25.1.2
translate modema eth1
translate modemb eth1

host h1 home-a 192.168.1.11 192.168.1.2 sleep 100000
host h2 home-a 192.168.1.12 192.168.1.2 sleep 100000
host h3 home-a 192.168.1.13 192.168.1.2 sleep 100000
host h4 home-b 192.168.2.11 192.168.2.2 sleep 100000

host shell example 10.130.1.21 10.130.1.2 \
    sh -c 'dropbear -r /etc/dropbear/host_key && exec telnetd -F -l /bin/sh'
host www example 10.130.1.23 10.130.1.2 \
    sh -c 'mkdir /www; echo "<p>example.com</p>" > /www/index.html; exec httpd -f -v -h /www'
host mail example 10.130.1.22 10.130.1.2 sh -c 'for service in smtp:25 pop3:110 imap:143; do
    nc -ll -p ${service#*:} -e /services/${service%:*}.sh &
done; wait'

import { fullId, type CliTopic } from './case.ts';

export const networks: CliTopic = {
  name: 'networks and ports',
  cases: [
    { run: 'docker network create --subnet 10.71.0.0/24 --label a=b net1', stdout: fullId },
    { run: 'docker network create net1', exit: 1, stderr: /network with name net1 already exists/ },
    { run: 'docker network create --subnet 10.71.0.0/16 net2', exit: 1, stderr: /Pool overlaps with other one on this address space/ },
    { run: 'docker network create --subnet 10.72.0.1/24 net2', exit: 1, stderr: /invalid subnet 10\.72\.0\.1\/24: it should be 10\.72\.0\.0\/24/ },
    { run: 'docker network create bridge', exit: 1, stderr: /operation is not permitted on predefined bridge network/ },
    { run: 'docker network ls -f label=a=b --format "{{.Name}} {{.Driver}} {{.Scope}}"', stdout: 'net1 bridge local\n' },
    { run: 'docker run -d --name net-a --network net1 --ip 10.71.0.9 --network-alias web -p 18080:80 --expose 81 busybox sleep 1000', stdout: fullId },
    { run: `docker inspect -f '{{.NetworkSettings.Networks.net1.IPAddress}}' net-a`, stdout: '10.71.0.9\n' },
    { run: 'docker port net-a', stdout: '80/tcp -> 0.0.0.0:18080\n80/tcp -> [::]:18080\n' },
    { run: 'docker port net-a 81', exit: 1, stderr: /No public port '81' published for net-a/ },
    { run: 'docker ps -f network=net1 --format "{{.Names}} {{.Ports}}"', stdout: 'net-a 81/tcp, 0.0.0.0:18080->80/tcp, [::]:18080->80/tcp\n' },
    { run: 'docker run --rm -p 18080:80 busybox true', exit: 125, stderr: /Bind for 0\.0\.0\.0:18080 failed: port is already allocated/ },
    { run: 'docker run --rm --network net1 --ip 10.71.0.9 busybox true', exit: 125, stderr: /Address already in use/ },
    { run: 'docker exec net-a ip -o -4 addr show eth0', stdout: /inet 10\.71\.0\.9\/24 brd 10\.71\.0\.255 scope global eth0/ },
    { run: 'docker network connect bridge net-a && docker exec net-a ls /sys/class/net', stdout: 'eth0\neth1\nlo\n' },
    { run: 'docker network disconnect bridge net-a && docker exec net-a ls /sys/class/net', stdout: 'eth0\nlo\n' },
    { run: 'docker network rm net1', exit: 1, stderr: /network net1 has active endpoints/ },
    { run: 'docker run -d --name net-l --expose 6379 -e K=v busybox sleep 1000', stdout: fullId },
    { run: 'docker run --rm --link net-l:db busybox sh -c "env | grep ^DB_ | sort | head -3; grep -c db /etc/hosts"', stdout: /^DB_ENV_K=v\nDB_NAME=\/\w+\/db\nDB_PORT=tcp:\/\/172\.17\.0\.\d+:6379\n1\n$/ },
    { run: 'docker run --rm --mac-address 02:42:00:00:00:07 --add-host gw:host-gateway busybox sh -c "cat /sys/class/net/eth0/address; grep gw /etc/hosts"', stdout: '02:42:00:00:00:07\n172.17.0.1\tgw\n' },
    { run: 'docker rm -f net-a net-l', stdout: 'net-a\nnet-l\n' },
    { run: 'docker network prune -f', stdout: 'Deleted Networks:\nnet1\n\n' },
  ],
}; // prettier-ignore

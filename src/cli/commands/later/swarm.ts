/** `docker swarm …`: known, its engine part is still to come. */
import { flagsOf } from '../../flags/flag-table.ts';
import { laterCommand, laterGroup } from './later-command.ts';

export const swarm = laterGroup({
  name: 'swarm',
  short: 'Manage Swarm',
  section: 'swarm',
  children: [
    laterCommand('swarm ca', {
      section: 'hidden',
      use: '[OPTIONS]',
      short: 'Display and rotate the root CA',
      flags: flagsOf(`
    --ca-cert pem-file         Path to the PEM-formatted root CA certificate to use for the new cluster
    --ca-key pem-file          Path to the PEM-formatted root CA key to use for the new cluster
    --cert-expiry duration     Validity period for node certificates (ns|us|ms|s|m|h) (default 2160h0m0s)
    -d, --detach               Exit immediately instead of waiting for the root rotation to converge
    --external-ca external-ca  Specifications of one or more certificate signing endpoints
    -q, --quiet                Suppress progress output
    --rotate                   Rotate the swarm CA - if no certificate or key are provided, new ones will be generated
  `),
    }),
    laterCommand('swarm init', {
      use: '[OPTIONS]',
      short: 'Initialize a swarm',
      flags: flagsOf(`
    --advertise-addr string                 Advertised address (format: "<ip|interface>[:port]")
    --autolock                              Enable manager autolocking (requiring an unlock key to start a stopped manager)
    --availability string                   Availability of the node ("active", "pause", "drain") (default "active")
    --cert-expiry duration                  Validity period for node certificates (ns|us|ms|s|m|h) (default 2160h0m0s)
    --data-path-addr string                 Address or interface to use for data path traffic (format: "<ip|interface>")
    --data-path-port uint32                 Port number to use for data path traffic (1024 - 49151). If no value is set or is set to 0, the default port (4789) is used.
    --default-addr-pool ipNetSlice          default address pool in CIDR format (default [])
    --default-addr-pool-mask-length uint32  default address pool subnet mask length (default 24)
    --dispatcher-heartbeat duration         Dispatcher heartbeat period (ns|us|ms|s|m|h) (default 5s)
    --external-ca external-ca               Specifications of one or more certificate signing endpoints
    --force-new-cluster                     Force create a new cluster from current state
    --listen-addr node-addr                 Listen address (format: "<ip|interface>[:port]") (default 0.0.0.0:2377)
    --max-snapshots uint                    Number of additional Raft snapshots to retain
    --snapshot-interval uint                Number of log entries between Raft snapshots (default 10000)
    --task-history-limit int                Task history retention limit (default 5)
  `),
    }),
    laterCommand('swarm join', {
      use: '[OPTIONS] HOST:PORT',
      short: 'Join a swarm as a node and/or manager',
      flags: flagsOf(`
    --advertise-addr string  Advertised address (format: "<ip|interface>[:port]")
    --availability string    Availability of the node ("active", "pause", "drain") (default "active")
    --data-path-addr string  Address or interface to use for data path traffic (format: "<ip|interface>")
    --listen-addr node-addr  Listen address (format: "<ip|interface>[:port]") (default 0.0.0.0:2377)
    --token string           Token for entry into the swarm
  `),
    }),
    laterCommand('swarm join-token', {
      section: 'hidden',
      use: '[OPTIONS] (worker|manager)',
      short: 'Manage join tokens',
      flags: flagsOf(`
    -q, --quiet  Only display token
    --rotate     Rotate join token
  `),
    }),
    laterCommand('swarm leave', {
      section: 'hidden',
      use: '[OPTIONS]',
      short: 'Leave the swarm',
      flags: flagsOf(`
    -f, --force  Force this node to leave the swarm, ignoring warnings
  `),
    }),
    laterCommand('swarm unlock', {
      section: 'hidden',
      use: '',
      short: 'Unlock swarm',
      flags: [],
    }),
    laterCommand('swarm unlock-key', {
      section: 'hidden',
      use: '[OPTIONS]',
      short: 'Manage the unlock key',
      flags: flagsOf(`
    -q, --quiet  Only display token
    --rotate     Rotate unlock key
  `),
    }),
    laterCommand('swarm update', {
      section: 'hidden',
      use: '[OPTIONS]',
      short: 'Update the swarm',
      flags: flagsOf(`
    --autolock                       Change manager autolocking setting (true|false)
    --cert-expiry duration           Validity period for node certificates (ns|us|ms|s|m|h) (default 2160h0m0s)
    --dispatcher-heartbeat duration  Dispatcher heartbeat period (ns|us|ms|s|m|h) (default 5s)
    --external-ca external-ca        Specifications of one or more certificate signing endpoints
    --max-snapshots uint             Number of additional Raft snapshots to retain
    --snapshot-interval uint         Number of log entries between Raft snapshots (default 10000)
    --task-history-limit int         Task history retention limit (default 5)
  `),
    }),
  ],
});

/** Where we answer otherwise than Docker and mean to, or know of it. */

export interface Remaining {
  /** Matches `topic/scenario: METHOD /path {body}`. */
  readonly where: RegExp;
  /** Matches the JSON pointer of the difference within the answer. */
  readonly at: RegExp;
  readonly reason: string;
}

const anywhere = /^/;

export const remaining: readonly Remaining[] = [
  {
    where: /GET \/info/,
    at: /^\/body\/(Runtimes|CDISpecDirs|Containerd|FirewallBackend|Warnings|KernelMemoryTCP|GenericResources|RegistryConfig)/,
    reason:
      'No containerd, firewall or CDI is here; warnings and mirrors are those of this machine',
  },
  {
    where: /"StopSignal":"65"|"Volumes":\{"\/":|"UsernsMode":"nosuch"/,
    at: anywhere,
    reason: 'Refused at once; Docker takes it and fails at the start or never uses it',
  },
  {
    where: /"MemorySwappiness"|"Cpuset(Cpus|Mems)":"x"/,
    at: anywhere,
    reason:
      'This kernel has cgroup v2 without cpuset: dockerd there discards the value with this warning',
  },
  {
    where: /"BlkioWeight":1\}/,
    at: anywhere,
    reason: 'With cgroup v2 dockerd knows I/O weights, and refuses one below 10',
  },
  {
    where: /^create-inspect\/mounts|container-list\/one of each/,
    at: /\/Mounts\/\d+\/Propagation$/,
    reason: 'The recording dockerd has its data root below the bound /tmp, which makes it a slave',
  },
  {
    where: /^create-inspect\/mounts/,
    at: /\/Mounts\/2\/Name$/,
    reason: 'Docker 28 forgets the name of a volume that a bind of a path alone made',
  },
  {
    where: /^container-list\/one of each.*web1/,
    at: /\/Mounts\/0\/Source$/,
    reason: 'Docker lists the volumes of an image without their source until the first start',
  },
  {
    where: /"WorkingDir":"\/etc\/passwd"|containers\/ee\/start/,
    at: anywhere,
    reason: 'Nothing is made on the machine before the start, so a wrong directory is told there',
  },
  {
    where: /GET \/images\/.*json/,
    at: /GraphDriver\/Data\/(MergedDir|WorkDir)$/,
    reason: 'Layers are served, not unpacked: an image has no directory to work in',
  },
  {
    where:
      /^system\/auth: POST \/auth$|GET \/images\/json\?filters=\{"until"|GET \/images\/UPPER\/get|^image-transfer\/import: .*&repo=a$/,
    at: /^\/(status|body\/message)$/,
    reason:
      'dockerd has no kind for these mistakes and answers 500: a request that is wrong is 400',
  },
  {
    where: /^update\/stats: .*one-shot=1/,
    at: /^\/body\/name$/,
    reason: 'Docker leaves the name out of one-shot statistics alone',
  },
  {
    where: /^system\/disk usage/,
    at: /\/RepoDigests$/,
    reason: 'Docker has null here for what is an empty list where it lists images',
  },
  {
    where: /POST \/images\/busybox\/tag(\?repo=)?( |$)/,
    at: anywhere,
    reason: 'Docker 28 answers 200 and tags nothing',
  },
  {
    where: /POST \/images\/load|GET \/images\/get/,
    at: /^\/body/,
    reason:
      'Archives are read as a stream: there is no temporary directory to name, and directories are members',
  },
  {
    where: /^endpoints\/(the default bridge|a network of the user’s): GET \/containers\/aa\/json/,
    at: /\/Sandbox(ID|Key)$/,
    reason:
      'The sandbox is gone with the processes of its container; dockerd tells of the last one',
  },
  {
    where: /^networks\/prune: POST \/containers\/aa\/start/,
    at: /^\/body\/message$/,
    reason: 'A network is found by its name at each start; dockerd wants the very one of before',
  },
  {
    where: /127\.0\.0\.1:1\b|nosuch:x|POST \/images\/create(\?fromImage=)?$/,
    at: anywhere,
    reason: 'fetch refuses such addresses itself and has other words for it',
  },
];

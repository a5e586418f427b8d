/**
 * Checks a built kernel configuration against what Docker asks of a kernel. The lists follow the
 * questions of moby's contrib/check-config.sh for a 6.12 kernel with cgroup v2; what is missing on
 * purpose is named with its reason, and a reason whose option is there after all is an error too.
 */
import { gunzipSync } from 'node:zlib';

export const generallyNecessary = names(`
  NAMESPACES NET_NS PID_NS IPC_NS UTS_NS CGROUPS CGROUP_SCHED CGROUP_BPF KEYS POSIX_MQUEUE
  VETH BRIDGE BRIDGE_NETFILTER NF_NAT IP_NF_FILTER IP_NF_MANGLE IP_NF_TARGET_MASQUERADE
  IP_NF_RAW IP_NF_NAT IP6_NF_FILTER IP6_NF_MANGLE IP6_NF_TARGET_MASQUERADE IP6_NF_RAW
  IP6_NF_NAT NETFILTER_XT_MATCH_ADDRTYPE NETFILTER_XT_MATCH_CONNTRACK NETFILTER_XT_MATCH_IPVS
  NETFILTER_XT_MARK
`);

export const optional = names(`
  USER_NS SECCOMP SECCOMP_FILTER MEMCG MEMCG_SWAP CPUSETS CGROUP_PIDS CGROUP_FREEZER
  CGROUP_DEVICE CGROUP_CPUACCT CGROUP_HUGETLB BLK_CGROUP BLK_DEV_THROTTLING CGROUP_PERF
  NET_CLS_CGROUP CGROUP_NET_PRIO CFS_BANDWIDTH FAIR_GROUP_SCHED IP_NF_TARGET_REDIRECT IP_VS
  IP_VS_NFCT IP_VS_PROTO_TCP IP_VS_PROTO_UDP IP_VS_RR SECURITY_SELINUX SECURITY_APPARMOR
  EXT4_USE_FOR_EXT2 EXT4_FS EXT4_FS_POSIX_ACL EXT4_FS_SECURITY VXLAN BRIDGE_VLAN_FILTERING
  IPVLAN MACVLAN DUMMY CRYPTO CRYPTO_AEAD CRYPTO_GCM CRYPTO_SEQIV CRYPTO_GHASH XFRM XFRM_USER
  XFRM_ALGO INET_ESP NETFILTER_XT_MATCH_BPF NF_NAT_FTP NF_CONNTRACK_FTP NF_NAT_TFTP
  NF_CONNTRACK_TFTP OVERLAY_FS BTRFS_FS BTRFS_FS_POSIX_ACL
`);

/** What else containers are given here, built in or as a module. */
export const features = names(`
  IP_NF_IPTABLES IP_SET IP_SET_HASH_NET NETFILTER_XT_SET NETFILTER_XT_MATCH_COMMENT
  NETFILTER_XT_MATCH_MARK NETFILTER_XT_MATCH_MULTIPORT NETFILTER_XT_TARGET_MASQUERADE
  NETFILTER_XT_TARGET_REDIRECT IPVTAP MACVTAP WIREGUARD FUSE_FS IOSCHED_BFQ BFQ_GROUP_IOSCHED
  NET_SCH_HTB NET_SCH_TBF NET_SCH_NETEM
`);

/**
 * What the machine itself stands on, and what the start of a container would have to wait for as a module:
 * built in.
 */
export const ownNeeds = names(`
  IKCONFIG_PROC NET_9P_VIRTIO 9P_FS 9P_FS_POSIX_ACL 9P_FS_SECURITY TMPFS_XATTR TMPFS_POSIX_ACL
  TUN IPV6 SWAP PSI CHECKPOINT_RESTORE PACKET VIRTIO_NET COMPAT_32BIT_TIME MODULES MODULE_UNLOAD
  TRIM_UNUSED_KSYMS OVERLAY_FS EXT4_FS BLK_DEV_LOOP BLK_CGROUP_IOCOST VETH BRIDGE BRIDGE_NETFILTER
  NF_CONNTRACK NF_NAT NF_TABLES NFT_COMPAT NFT_NAT NFT_MASQ NFT_REJECT NETFILTER_XT_NAT
  NETFILTER_XT_MATCH_ADDRTYPE NETFILTER_XT_MATCH_CONNTRACK
`);

/** These cost boot time and are off. */
export const unwanted = ['SLUB_DEBUG', 'FRAME_POINTER', 'SMP', 'RELOCATABLE'];

export const exceptions = {
  MEMCG_SWAP: 'no option of its own since Linux 6.1: MEMCG with SWAP has it',
  CPUSETS: 'depends on SMP, and the machine has one processor',
};

/** Problems in words, none when the configuration is right. */
export function checkConfig(text) {
  const matching = (pattern) => new Set(Array.from(text.matchAll(pattern), ([, name]) => name));
  const builtIn = matching(/^CONFIG_(\w+)=y$/gm);
  // As for moby's script, a module is as good.
  const enabled = matching(/^CONFIG_(\w+)=[ym]$/gm);
  const problems = [];
  const require = (name, why) => {
    if (enabled.has(name)) return;
    if (!Object.hasOwn(exceptions, name)) problems.push(`CONFIG_${name} is missing: ${why}`);
  };
  for (const name of generallyNecessary) {
    if (!enabled.has(name)) problems.push(`CONFIG_${name} is missing: Docker cannot do without`);
  }
  for (const name of optional) require(name, 'Docker can use it');
  for (const name of features) require(name, 'containers are given it');
  for (const name of ownNeeds) {
    if (!builtIn.has(name))
      problems.push(`CONFIG_${name} is not built in: the machine stands on it`);
  }
  for (const name of unwanted) {
    if (enabled.has(name))
      problems.push(`CONFIG_${name} is on: it costs boot time or does not work`);
  }
  for (const [name, reason] of Object.entries(exceptions)) {
    if (enabled.has(name)) problems.push(`CONFIG_${name} is on, yet excepted because ${reason}`);
  }
  return problems;
}

/** The configuration an uncompressed kernel image carries (IKCONFIG), as text. */
export function configOfKernel(image) {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  const start = bytes.indexOf('IKCFG_ST');
  const end = bytes.indexOf('IKCFG_ED', start);
  if (start < 0 || end < 0) throw new Error('Cannot read the configuration: kernel carries none');
  return gunzipSync(bytes.subarray(start + 'IKCFG_ST'.length, end)).toString();
}

function names(text) {
  return text.trim().split(/\s+/);
}

/** The Debian packages that make the machine's own root file system. */
import { words } from '../support/words.mjs';

export const userlandPackages = {
  names: words(`
    base-files base-passwd netbase libc-bin ncurses-base ncurses-bin
    bash bash-completion coreutils debianutils hostname dash bsdutils sysvinit-utils
    grep sed mawk findutils diffutils file less tree psmisc procps
    tar gzip bzip2 xz-utils zstd pv jq nano vim-tiny tmux lsof htop xxd patch
    util-linux bsdextrautils mount strace git openssh-client dropbear-bin openssl
    iproute2 iptables nftables iputils-ping bridge-utils tcpdump socat
    netcat-openbsd ldnsutils curl ca-certificates libcap2-bin conntrack ipvsadm attr kmod
  `),
  /** Needed by maintainer scripts or documentation only, neither of which a machine has. */
  without: words(`
    perl perl-base perl-modules-5.36 libperl5.36 liberror-perl git-man libgdbm6 libgdbm-compat4
    libfile-find-rule-perl libtext-glob-perl libnumber-compare-perl usrmerge debconf dpkg adduser
    passwd init-system-helpers lsb-base libpam-modules
    libpam-modules-bin libdb5.3 libsemanage2 libsemanage-common libsepol2 libdebconfclient0
    libtirpc-common libaudit-common libsasl2-modules-db
  `),
};

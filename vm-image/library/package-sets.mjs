/** The Debian packages of the bundled library's layers; a layer holds what those below it lack. */
import { words } from '../support/words.mjs';

/** Needed by maintainer scripts only, which an image does not have. */
const scriptsOnly = words(`
  adduser debconf dpkg init-system-helpers iproute2 lsb-base passwd perl perl-base
  perl-modules-5.36 procps sysvinit-utils tar usrmerge libperl5.36 libfile-find-rule-perl
  libtext-glob-perl libnumber-compare-perl libgdbm6 libgdbm-compat4 mime-support ucf mawk
  sensible-utils libdebconfclient0 libbpf1 libbsd0 libcap2-bin libdb5.3 libelf1 libgssapi-krb5-2
  libk5crypto3 libkeyutils1 libkrb5-3 libkrb5support0 libcom-err2 libmd0 libmnl0 libtirpc-common
  libtirpc3 libxtables12 libpam-modules libpam-modules-bin libpam0g libsemanage-common
  libsemanage2 libsepol2 libaudit-common libaudit1 libcap-ng0 libacl1 libselinux1 libbz2-1.0
`);

export const packageSets = {
  busybox: { names: ['busybox-static'] },
  base: {
    names: ['base-files', 'base-passwd', 'busybox-static', 'libc6', 'netbase'],
    without: [...scriptsOnly, 'libgcc-s1', 'libpcre2-8-0'],
  },
  nginx: { names: ['nginx'], without: scriptsOnly },
  redis: { names: ['redis-server'], without: [...scriptsOnly, 'libpcre2-8-0'] },
  /** musl-dev would bring gcc for a script of its own. */
  tcc: { names: ['tcc', 'musl', 'musl-dev', 'make'], alone: true },
  python: {
    names: words('python3.11-minimal libpython3.11-stdlib media-types ca-certificates python3-pip'),
    without: [
      ...scriptsOnly.filter((name) => name !== 'libbz2-1.0'),
      ...words(`
        libgcc-s1 libpcre2-8-0 libnsl2 libzstd1 openssl readline-common python3 python3-minimal
        libpython3-stdlib python3.11 python3-distutils python3-lib2to3 python3-pkg-resources python3-setuptools
        python3-wheel
      `),
    ],
  },
};

/** What this client says it is: the docker CLI whose behaviour it has. */
export const clientVersion = {
  version: '28.2.2',
  apiVersion: '1.51',
  goVersion: 'go1.24.3',
  gitCommit: 'e6534b4',
  buildTime: 'Fri May 30 12:07:14 2025',
  os: 'linux',
  arch: '386',
} as const;

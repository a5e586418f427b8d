/**
 * Scenarios (`topic/scenario`) that are not all as Docker answers yet, and how many of their answers differ. The test
 * holds the exact number: what is mended goes from here, and an entry goes when it is 0.
 */
export const pending: Readonly<Record<string, number>> = {
  'system/disk usage': 1,
  'system/auth': 2,
  'create-inspect/networks': 1,
  'create-inspect/mounts': 2,
  'container-list/one of each': 1,
  'update/stats': 1,
  'image-list/bad filters': 1,
  'image-transfer/save': 1,
  'image-transfer/import': 1,
  'volumes/create, inspect, list, remove': 5,
  'volumes/what is refused': 5,
  'volumes/prune': 4,
  'volumes/filters': 1,
};

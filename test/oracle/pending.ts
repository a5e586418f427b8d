/**
 * Scenarios (`topic/scenario`) that are not all as Docker answers yet, and how many of their answers differ. The test
 * holds the exact number: what is mended goes from here, and an entry goes when it is 0.
 */
export const pending: Readonly<Record<string, number>> = {
  // Volumes that are mounts of their own
  'volumes/create, inspect, list, remove': 3,
};

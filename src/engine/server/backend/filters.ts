/** `filters` of list, prune and events. */

/** Each name with the values that may match. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/** Extended attributes that a new layer keeps: file capabilities alone, as Docker's own layers do. */

const keptName = 'security.capability';

/** To be spread into a tar's entry: nothing when none is left. */
export function layerXattrs(xattrs: Readonly<Record<string, Uint8Array>> | undefined): {
  xattrs?: Readonly<Record<string, Uint8Array>>;
} {
  const kept = xattrs?.[keptName];
  return kept === undefined ? {} : { xattrs: { [keptName]: kept } };
}

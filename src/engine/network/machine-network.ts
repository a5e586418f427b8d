/** What of the machine's own network containers depend on. */

/** The machine's name servers, which containers of the default bridge and of the host's network ask. */
export const machineNameServers: readonly string[] = ['10.0.2.3'];

/** The subnet of the machine's own interface: no network may overlap it. */
export const machineSubnets: readonly string[] = ['10.0.2.0/24'];

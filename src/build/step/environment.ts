/** Lists of `NAME=value`, as configurations have them. */

export function environmentMap(env: readonly string[] | null | undefined): Map<string, string> {
  return new Map(
    (env ?? []).map((variable) => {
      const equals = variable.indexOf('=');
      return equals < 0 ? [variable, ''] : [variable.slice(0, equals), variable.slice(equals + 1)];
    }),
  );
}

/** A variable that is there changes in place. */
export function setVariables(env: readonly string[], variables: readonly string[]): string[] {
  const nameOf = (variable: string) => variable.split('=')[0];
  const result = [...env];
  for (const variable of variables) {
    const index = result.findIndex((existing) => nameOf(existing) === nameOf(variable));
    if (index < 0) result.push(variable);
    else result[index] = variable;
  }
  return result;
}

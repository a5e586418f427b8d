/** The words of a text: lists of package names and program arguments, written as one reads them. */
export function words(text) {
  return text.trim().split(/\s+/);
}

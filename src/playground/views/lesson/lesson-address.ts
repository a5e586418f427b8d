/** Which lesson the page's address asks for: `#course=first-course&lesson=volumes&step=named-volume`. */
export interface LessonAddress {
  /** Name of a bundled course, or the address of another one's index. */
  readonly course: string | undefined;
  readonly lesson: string | undefined;
  readonly step: string | undefined;
}

/** `text` is a fragment or a query, with or without its first character. */
export function parseLessonAddress(text: string): LessonAddress {
  const parameters = new URLSearchParams(text.replace(/^[#?]/, ''));
  const word = (name: string): string | undefined => parameters.get(name) || undefined;
  return { course: word('course'), lesson: word('lesson'), step: word('step') };
}

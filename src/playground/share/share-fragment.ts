/** Whether the page's fragment is a share link: all that a page without one needs to know of them. */
export function isShareFragment(fragment: string): boolean {
  return /^#?share=/.test(fragment);
}

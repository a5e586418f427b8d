/** Ends the process with a clear word when this Node is too old. Plain JavaScript: it runs before anything else. */

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Cannot start: Node 20.19 or newer is needed, this is ${process.versions.node}`);
  process.exit(1);
}

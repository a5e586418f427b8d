/** A certificate for tests: of one name, signed by itself, for two days. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  /** Both PEM. */
  readonly key: string;
  readonly cert: string;
}

export function makeCertificate(name: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'bottleship-certificate-'));
  try {
    const key = join(folder, 'key.pem');
    const cert = join(folder, 'cert.pem');
    const asked = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${name}`.split(' ');
    const files = ['-keyout', key, '-out', cert, '-addext', `subjectAltName=DNS:${name}`];
    execFileSync('openssl', [...asked, ...files], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

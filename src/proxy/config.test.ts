import { describe, expect, it } from 'vitest';
import { defaultLimits, parseProxyConfig } from './config.ts';

describe('parseProxyConfig()', () => {
  it('serves the three public registries, and no foreign origin, by default', () => {
    const config = parseProxyConfig({});
    expect(config.registries.map(({ url }) => url)).toEqual([
      'https://registry-1.docker.io',
      'https://ghcr.io',
      'https://quay.io',
    ]);
    expect(config).toMatchObject({
      origins: [],
      hosts: [],
      trustForwardedFor: false,
      limits: defaultLimits,
    });
  });

  it('reads registries, their private hosts and credentials', () => {
    const { registries } = parseProxyConfig(
      {
        defaultRegistries: false,
        registries: [
          {
            host: 'r.example:5000',
            url: 'https://10.0.0.7:5000',
            private: true,
            privateHosts: ['s3.internal'],
            credentials: { username: 'u', passwordVariable: 'P' },
          },
        ],
        limits: { requestsMax: 7 },
      },
      { P: 'secret' },
    );
    expect(registries).toEqual([
      {
        host: 'r.example:5000',
        url: 'https://10.0.0.7:5000',
        isInsecure: false,
        privateHosts: ['10.0.0.7', 's3.internal'],
        credentials: { username: 'u', password: 'secret' },
      },
    ]);
  });

  it('reads environment variables, which win', () => {
    const config = parseProxyConfig(
      { origins: ['https://a.example'] },
      {
        BOTTLESHIP_PROXY_REGISTRIES:
          'localhost:5000=http://127.0.0.1:5000;private;insecure, ghcr.io=https://m.example',
        BOTTLESHIP_PROXY_ORIGINS: 'https://b.example,http://localhost:8080',
      },
    );
    expect(config.origins).toEqual(['https://b.example', 'http://localhost:8080']);
    expect(config.registries.map(({ host, url }) => `${host} ${url}`)).toEqual([
      'localhost:5000 http://127.0.0.1:5000',
      'ghcr.io https://m.example',
      'registry-1.docker.io https://registry-1.docker.io',
      'quay.io https://quay.io',
    ]);
    expect(config.registries[0]).toMatchObject({ isInsecure: true, privateHosts: ['127.0.0.1'] });
  });

  const wrong: [unknown, string][] = [
    [[], 'configuration must be an object'],
    [{ registry: [] }, 'unknown field "registry"'],
    [{ registries: [{ host: 'X' }] }, 'registries[0]: invalid host "X"'],
    [{ registries: [{ host: 'x', url: 'http://x' }] }, 'must be https, or http with "insecure"'],
    [{ registries: [{ host: 'x', url: 'https://x/path' }] }, 'must be scheme, host and port only'],
    [{ registries: [{ host: 'x', privat: true }] }, 'unknown field "privat" in registries[0]'],
    [
      { registries: [{ host: 'x', credentials: { username: 'u', passwordVariable: 'NO' } }] },
      'password must be a text',
    ],
    [{ origins: ['https://a.example/'] }, 'is no origin'],
    [{ origins: ['*'] }, 'is no origin'],
    [{ limits: { idleMs: -1 } }, 'limits.idleMs must be a positive whole number'],
  ];
  for (const [json, message] of wrong) {
    it(`refuses ${JSON.stringify(json)}`, () =>
      expect(() => parseProxyConfig(json)).toThrow(message));
  }
});

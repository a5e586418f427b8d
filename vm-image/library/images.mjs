/** All images of the bundled library. */
import { baseLayer } from './images/base.mjs';
import { busybox } from './images/busybox.mjs';
import { helloWorld } from './images/hello-world.mjs';
import { nginx } from './images/nginx.mjs';
import { python } from './images/python.mjs';
import { redis } from './images/redis.mjs';
import { tcc } from './images/tcc.mjs';

/** Makes every image, one after the other; `sets` are the locked packages with their files. */
export async function* allImages(sets) {
  yield await helloWorld();
  yield await busybox(sets);
  const base = await baseLayer(sets);
  yield await nginx(sets, base);
  yield await redis(sets, base);
  yield await tcc(sets, base);
  yield await python(sets, base);
}

/** Entry of an embed: what its address says, a machine that forgets, and the page around, when there is one. */
import { mount } from 'svelte';
import { acceptParent } from '../../playground/embed/accept-parent.ts';
import { parseEmbedOptions } from '../../playground/embed/embed-options.ts';
import { Embed } from '../../playground/embed/embed.svelte.ts';
import { serveEmbed } from '../../playground/embed/serve-embed.ts';
import { Language } from '../../playground/language.svelte.ts';
import { Preview } from '../../playground/preview.svelte.ts';
import { Session } from '../../playground/session.svelte.ts';
import { WorkerHost } from '../../playground/worker-host.ts';
import '../app.css';
import { createVmWorker } from '../../browser/early-machine.ts';
import { browserPreviewOptions } from '../preview-options.ts';
import EmbedPage from './EmbedPage.svelte';

const baseUrl = new URL('./', document.baseURI).href;
const session = new Session({
  createHost: () =>
    new WorkerHost({
      baseUrl,
      ephemeral: true,
      createVmWorker,
      createEngineWorker: () =>
        new Worker(new URL('../../browser/engine-worker.ts', import.meta.url), { type: 'module' }),
    }),
});
const options = parseEmbedOptions(location.search);
const preview = new Preview(session, browserPreviewOptions(baseUrl));
// For the tabs of previews that the embed opened; they are of the same origin.
window.bottleshipPreview = preview;
const embed = new Embed({
  session,
  language: new Language(navigator.languages),
  options,
  preview,
  openTab: (address) => window.open(new URL(address, baseUrl)),
});
acceptParent({
  window,
  host: options.host,
  connected(port, { setup }) {
    if (setup !== undefined) embed.prepare(setup);
    serveEmbed(embed, port);
  },
});
const target = document.getElementById('app');
if (target !== null) mount(EmbedPage, { target, props: { embed } });
watchView();

/** With the browser's viewport as root this sees through frames of other origins. */
function watchView(): void {
  let intersects = false;
  const see = (): void => embed.see(intersects && document.visibilityState === 'visible');
  new IntersectionObserver((entries) => {
    intersects = entries.at(-1)?.isIntersecting ?? false;
    see();
  }).observe(document.documentElement);
  document.addEventListener('visibilitychange', see);
}

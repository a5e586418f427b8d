/** Where a deployment shows previews; `npm start` has a loopback port for it and needs none of this. */
import { parsePreviewTemplate } from '../preview/preview-origin.ts';

/**
 * From BOTTLESHIP_PREVIEW_ORIGIN: `https://p{port}-{session}.preview.example.org`. Throws with the reason when it is set
 * to something else.
 */
export function configuredPreviewTemplate(
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const text = environment['BOTTLESHIP_PREVIEW_ORIGIN'] ?? '';
  if (text === '') return undefined;
  const template = parsePreviewTemplate(text);
  if (template === undefined) {
    const wanted = 'https://p{port}-{session}.<host>';
    throw new Error(`Invalid BOTTLESHIP_PREVIEW_ORIGIN "${text}": expected ${wanted}`);
  }
  return template;
}

/** From BOTTLESHIP_PLAYGROUND_ORIGIN: the only pages that may show the deployment's previews, separated by spaces. */
export function configuredPlaygroundOrigins(
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  const text = environment['BOTTLESHIP_PLAYGROUND_ORIGIN'] ?? '';
  return text.split(/\s+/).flatMap((origin) => {
    if (origin === '') return [];
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new Error(`Invalid BOTTLESHIP_PLAYGROUND_ORIGIN "${origin}": expected an origin`);
    return [origin];
  });
}

/** Parts that only files have: what the browser's store of images has otherwise. */
export const layerPartPrefix = 'layer/';
export const imagesPart = 'images';

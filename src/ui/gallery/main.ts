/** Entry of the page that shows embeds and their code. */
import { mount } from 'svelte';
import { Language } from '../../playground/language.svelte.ts';
import '../app.css';
import '../embed/element.ts';
import Gallery from './Gallery.svelte';

const target = document.getElementById('app');
if (target !== null)
  mount(Gallery, { target, props: { language: new Language(navigator.languages) } });

import adapter from '@sveltejs/adapter-static';
import { sveltePreprocess } from 'svelte-preprocess';

const ui = 'node_modules/@temporalio/ui/dist';

// The library is used in place; every unknown path is answered with index.html and routed in the browser.
export default {
  preprocess: sveltePreprocess({ postcss: true }),
  compilerOptions: { warningFilter: () => false },
  vitePlugin: { onwarn: () => {} },
  kit: {
    adapter: adapter({ pages: 'site', assets: 'site', fallback: 'index.html' }),
    alias: { $types: `${ui}/types` },
    files: { lib: ui },
    prerender: { entries: [] },
    version: { name: '2.38.0' },
  },
};
